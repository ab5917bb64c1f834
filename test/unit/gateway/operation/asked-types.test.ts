import { expect, test } from 'vitest';
import { findAskedTypes } from '../../../../gateway/operation/asked-types.ts';
import {
  createFederation,
  type FixtureSubgraph,
  NOBODY,
} from '../../../support/federation-fixture.ts';

const subgraphs: readonly FixtureSubgraph[] = [
  {
    name: 'media',
    sdl: `
      type Query { feed: [Item!]! }
      interface Item { id: ID! }
      type Book implements Item @key(fields: "id") { id: ID! maker: Maker weight: Int @inaccessible }
      type Film implements Item { id: ID! }
      type Maker { name: String }
    `,
    resolvers: {},
  },
  {
    name: 'freight',
    sdl: `type Book @key(fields: "id") {
      id: ID!
      weight: Int @external
      cost: Int @requires(fields: "weight")
      rate: Rate
    }
    type Rate { value: Int }`,
    resolvers: {},
  },
];

async function find(query: string) {
  const { prepare, snapshot } = createFederation(subgraphs);
  const outcome = await prepare(query, null, NOBODY, snapshot);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const { plan } = outcome.prepared;
  const asked = findAskedTypes(plan, snapshot.schema);
  return Object.fromEntries(
    [...asked].map(([product, { all, unkeyed }]) => {
      const names = [...all].sort();
      return [product, names.map((name) => (unkeyed.has(name) ? name : `${name} by key`))];
    }),
  );
}

test('an interface stands for all types that implement it', async () => {
  expect(await find('{ feed { id } }')).toEqual({ media: ['Book', 'Film', 'Item', 'Query'] });
});

test('each product has the types that it is asked for', async () => {
  expect(await find('{ feed { ... on Book { maker { name } rate { value } } } }')).toEqual({
    media: ['Book', 'Film', 'Item', 'Maker', 'Query'],
    freight: ['Book by key', 'Rate'],
  });
});

test('a field that clients cannot see stands for any type', async () => {
  expect(await find('{ feed { ... on Book { cost } } }')).toEqual({
    media: ['*', 'Book', 'Film', 'Item', 'Query'],
    freight: ['Book by key'],
  });
});

test('what needs no product asks for nothing', async () => {
  expect(await find('{ __typename }')).toEqual({});
});
