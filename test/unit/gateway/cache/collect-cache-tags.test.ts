import { expect, test } from 'vitest';
import {
  type AskedEntities,
  collectCacheTags,
} from '../../../../gateway/cache/collect-cache-tags.ts';
import {
  createFederation,
  type FixtureSubgraph,
  NOBODY,
} from '../../../support/federation-fixture.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"]
)`;

const shop: readonly FixtureSubgraph[] = [
  {
    name: 'goods',
    sdl: `${LINK}
      input Range { from: Int }
      type Query {
        good(id: ID!): Good @cacheTag(format: "good-{$args.id}") @cacheTag(format: "any")
        page(number: Int = 1, range: Range): [Good] @cacheTag(format: "page-{$args.number}-{$args.range.from}")
        plain: Int
      }
      type Good @key(fields: "id") { id: ID! }`,
    resolvers: {},
  },
  {
    name: 'stock',
    sdl: `${LINK}
      type Good @key(fields: "id") @cacheTag(format: "stock-{$key.id}") { id: ID! pieces: Int }`,
    resolvers: {},
  },
];

async function collect(
  query: string,
  variables: Readonly<Record<string, unknown>> | null = null,
  asked: readonly AskedEntities[] = [],
) {
  const { prepare, snapshot } = createFederation(shop);
  const outcome = await prepare(query, null, NOBODY, snapshot);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return [...collectCacheTags(outcome.prepared, variables, asked)].sort();
}

test('a field gives its tags, with its arguments in them', async () => {
  expect(await collect('{ good(id: 7) { id } }')).toEqual(['goods\nany', 'goods\ngood-7']);
});

test('arguments come from variables, their defaults, and the defaults of the schema', async () => {
  const query = `query ($id: ID!, $from: Int = 3, $number: Int) {
    ... { good(id: $id) { id } }
    page(number: $number, range: { from: $from }) { id }
  }`;

  expect(await collect(query, { id: 'x' })).toEqual([
    'goods\nany',
    'goods\ngood-x',
    'goods\npage-1-3',
  ]);
});

test('what is null or not given leaves nothing', async () => {
  expect(await collect('{ page(number: null) { id } plain }')).toEqual(['goods\npage--']);
});

test('entities give the tags of the product that was asked for them, with their keys', async () => {
  const representations = ['{"__typename":"Good","id":"7"}', '{"__typename":"Other","id":"8"}'];
  const tags = await collect('{ plain }', null, [
    { product: 'stock', representations },
    { product: 'goods', representations },
  ]);

  expect(tags).toEqual(['stock\nstock-7']);
});
