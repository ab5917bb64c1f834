import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../../../support/federation-fixture.ts';

const echo = (given: unknown) => given;
const fails = () => {
  throw new Error('broken');
};
const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };

const media: FixtureSubgraph = {
  name: 'media',
  sdl: `
    type Query { media: [Media!]! }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String }
    type Film implements Media @key(fields: "id") { id: ID! title: String }
  `,
  resolvers: {
    Query: {
      media: () => [
        { __typename: 'Film', id: 'f' },
        { __typename: 'Book', id: 'b' },
      ],
    },
    Media: { ...typed, __resolveReference: echo },
  },
};

const ratings: FixtureSubgraph = {
  name: 'ratings',
  sdl: `
    type Query { ratings: Int }
    type Media @key(fields: "id") @interfaceObject {
      id: ID! title: String @external stars: Int votes: [Int]
      badge: String @requires(fields: "title")
    }
  `,
  resolvers: {
    Media: {
      __resolveReference: echo,
      stars: () => 3,
      votes: ({ id }: { id: string }) => (id === 'f' ? fails() : [1]),
      badge: ({ title }: { title: string | null }) => `badge ${title}`,
    },
  },
};

const subgraphs = [media, ratings];

test('what fails for an object that it was not selected on is no error of the answer', async () => {
  const { data, problems } = await createFederation(subgraphs).ask(
    '{ media { ... on Book { votes } stars } }',
  );

  expect(data).toEqual({ media: [{ stars: 3 }, { votes: [1], stars: 3 }] });
  expect(problems).toEqual([]);
});

test('what fails as the input of another field is an error of the answer', async () => {
  const failing = {
    ...media,
    resolvers: { ...media.resolvers, Book: { title: fails }, Film: { title: fails } },
  };

  const { data, problems } = await createFederation([failing, ratings]).ask('{ media { badge } }');

  expect(data).toEqual({ media: [{ badge: 'badge null' }, { badge: 'badge null' }] });
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['SUBGRAPH_ERROR', ['media', 0, 'title']],
    ['SUBGRAPH_ERROR', ['media', 1, 'title']],
  ]);
});
