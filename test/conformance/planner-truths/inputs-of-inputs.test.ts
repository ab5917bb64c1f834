import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../support/federation-fixture.ts';

type Given = Readonly<Record<string, unknown>>;

const items: readonly FixtureSubgraph[] = [
  {
    name: 'catalog',
    sdl: 'type Query { catalog: Int } type Item @key(fields: "id") { id: ID! secret: String! }',
    resolvers: { Item: { secret: ({ id }: Given) => `secret of ${id}` } },
  },
  {
    name: 'shipping',
    sdl: `
      type Query { cargo: [Item!]! }
      type Item @key(fields: "id") {
        id: ID!
        secret: String! @external
        code(short: Boolean = false): String @requires(fields: "secret")
      }
    `,
    resolvers: {
      Query: { cargo: () => [{ id: '1' }, { id: '2' }] },
      Item: {
        code: ({ secret }: Given, { short }: Given) => `${short ? 'short' : 'long'} (${secret})`,
      },
    },
  },
  {
    name: 'insurance',
    sdl: `
      type Query { insurance: Int }
      type Item @key(fields: "id") {
        id: ID!
        code(short: Boolean = false): String @external
        premium: String @requires(fields: "code(short: true)")
      }
    `,
    resolvers: { Item: { premium: ({ code }: Given) => `premium of ${code}` } },
  },
];

test('an input is computed from its own input, also where the operation begins in its subgraph', async () => {
  const { ask, sent } = createFederation(items);

  const answer = await ask('query ($short: Boolean) { cargo { premium code(short: $short) } }', {
    short: false,
  });

  expect(answer).toEqual({
    data: {
      cargo: ['1', '2'].map((id) => ({
        premium: `premium of short (secret of ${id})`,
        code: `long (secret of ${id})`,
      })),
    },
    problems: [],
  });
  const asked = sent.map(({ subgraph }) => subgraph);
  expect([asked[0], asked[1], asked.at(-1)]).toEqual(['shipping', 'catalog', 'insurance']);
});

test('what needs no other input is not asked later than before', async () => {
  const { ask, sent } = createFederation(items);

  await ask('{ cargo { code } }');

  expect(sent.map(({ subgraph }) => subgraph)).toEqual(['shipping', 'catalog', 'shipping']);
});
