import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../../../support/federation-fixture.ts';

const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };
const echo = (given: unknown) => given;

const media: FixtureSubgraph = {
  name: 'media',
  sdl: `
    type Query { media: [Media!]! }
    interface Media @key(fields: "id") { id: ID! }
    type Book implements Media @key(fields: "id") { id: ID! pages: Int }
    type Film implements Media @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      media: () => [
        { __typename: 'Film', id: 'f' },
        { __typename: 'Book', id: 'b', pages: 9 },
      ],
    },
    Media: { ...typed, __resolveReference: echo },
  },
};

const ratings: FixtureSubgraph = {
  name: 'ratings',
  sdl: `
    type Query { ratings: Int }
    type Media @key(fields: "id") @interfaceObject { id: ID! stars(scale: Int): Int rank: Int votes: [Int!] }
  `,
  resolvers: {
    Media: {
      __resolveReference: echo,
      stars: (_: unknown, { scale }: { scale: number }) => scale,
      rank: () => 7,
      votes: () => {
        throw new Error('no votes');
      },
    },
  },
};

const subgraphs = [media, ratings];

test.each([
  [
    'other arguments',
    '{ media { ... on Film { stars(scale: 1) } ... on Book { stars(scale: 2) } } }',
    [{ stars: 1 }, { stars: 2 }],
  ],
  [
    'another field',
    '{ media { ... on Film { x: rank } ... on Book { x: stars(scale: 3) } } }',
    [{ x: 7 }, { x: 3 }],
  ],
  [
    'a field of another product',
    '{ media { ... on Film { pages: stars(scale: 3) } ... on Book { pages } } }',
    [{ pages: 3 }, { pages: 9 }],
  ],
])('one key may mean %s for another type', async (_what, query, expected) => {
  const { data, problems } = await createFederation(subgraphs).ask(query);

  expect(problems).toEqual([]);
  expect(data).toEqual({ media: expected });
});

test('an error names the key that the client gave', async () => {
  const { problems } = await createFederation(subgraphs).ask('{ media { x: votes } }');

  expect(problems.map(({ path }) => path)).toEqual([
    ['media', 0, 'x'],
    ['media', 1, 'x'],
  ]);
});
