/**
 * A product that names the entities that it has written to: nobody is given what was there before,
 * whichever way it came into an answer.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { sendRequest } from '../../support/send-request.ts';
import { serveFederation } from '../../support/serve-federation.ts';

const KEY = 'a key that nobody guesses';

/** Data by product and by the id of the entity; a write counts one up. */
class Data {
  readonly #numbers = new Map<string, number>();
  read(product: string, id: string): number {
    return this.#numbers.get(`${product} ${id}`) ?? 0;
  }
  write(product: string, id: string): void {
    this.#numbers.set(`${product} ${id}`, this.read(product, id) + 1);
  }
}

interface Item {
  readonly __typename: 'Good' | 'Tool';
  readonly id: string;
  readonly sku: string;
  readonly number: number;
}

const ITEMS: readonly Item[] = [
  { __typename: 'Good', id: '1', sku: 'a', number: 1 },
  { __typename: 'Good', id: '2', sku: 'b', number: 2 },
  { __typename: 'Tool', id: '3', sku: 'c', number: 3 },
];

const find = (key: { readonly id?: string; readonly sku?: string }) =>
  ITEMS.find((item) => item.id === key.id || item.sku === key.sku);
/** There is one maker for each item, and its boss makes the next one. */
const makerOf = ({ number }: Item) => ({ tenant: 't', number });

/** Entities with several keys, with a key of two fields, behind an interface, in lists and in one another. */
function createProducts(data: Data): readonly FixtureSubgraph[] {
  const itemFields = (product: string) => ({
    name: ({ id }: Item) => `name ${data.read(product, id)}`,
    maker: makerOf,
  });
  return [
    {
      name: 'items',
      sdl: `
        type Query { item(id: ID!): Item  items: [Item!]!  bySku(sku: ID!): Good  many(goods: Int!): [Good] }
        interface Item @key(fields: "id") { id: ID!  name: String }
        type Good implements Item @key(fields: "id") @key(fields: "sku") {
          id: ID!  sku: ID!  name: String  maker: Maker
        }
        type Tool implements Item @key(fields: "id") { id: ID!  name: String  maker: Maker }
        type Maker @key(fields: "tenant number") { tenant: ID!  number: Int! }
      `,
      resolvers: {
        Query: {
          item: (_: never, key: { id: string }) => find(key),
          items: () => ITEMS,
          bySku: (_: never, key: { sku: string }) => find(key),
          many: (_: never, { goods }: { goods: number }) =>
            Array.from({ length: goods }, (__, number) => ({
              id: `m${number}`,
              sku: `m${number}`,
            })),
        },
        Good: { __resolveReference: find, ...itemFields('items') },
        Tool: { __resolveReference: find, ...itemFields('items') },
      },
    },
    {
      name: 'stock',
      sdl: `
        type Good @key(fields: "sku") { sku: ID!  pieces: Int }
        type Maker @key(fields: "tenant number") {
          tenant: ID!  number: Int!  rating: Int  best: Good
        }
      `,
      resolvers: {
        Good: {
          __resolveReference: (key: { sku: string }) => find(key) ?? key,
          pieces: ({ id }: Partial<Item>) => data.read('stock', id ?? ''),
        },
        Maker: {
          rating: ({ number }: { number: number }) => data.read('stock', `maker ${number}`),
          best: ({ number }: { number: number }) => ITEMS[number % 2],
        },
      },
    },
    {
      name: 'notes',
      sdl: 'type Item @key(fields: "id") @interfaceObject { id: ID!  note: Int }',
      resolvers: { Item: { note: ({ id }: Item) => data.read('notes', id) } },
    },
    {
      name: 'slogans',
      sdl: `type Good @key(fields: "id") {
        id: ID!  name: String @external  slogan: String @requires(fields: "name")
      }`,
      resolvers: {
        Good: {
          slogan: ({ id, name }: { id: string; name: string }) =>
            `${name}! ${data.read('slogans', id)}`,
        },
      },
    },
  ];
}

const QUERIES = [
  '{ item(id: "1") { name } }',
  '{ item(id: "1") { note } }',
  '{ item(id: "2") { ... on Good { sku pieces } } }',
  '{ item(id: "3") { name note } }',
  '{ items { id note } }',
  '{ items { name ... on Good { pieces slogan } } }',
  '{ bySku(sku: "a") { id pieces maker { rating } } }',
  '{ bySku(sku: "b") { slogan note } }',
  '{ bySku(sku: "a") { maker { rating best { pieces } } } }',
  '{ items { ... on Tool { maker { rating best { pieces name note } } } } }',
  '{ again: bySku(sku: "a") { slogan pieces note } }',
];

/** Ways to name an item that a product has written to. */
const SPELLINGS: readonly ((item: Item) => object)[] = [
  ({ id }) => ({ id }),
  ({ id }) => ({ id: Number(id) }),
  ({ sku }) => ({ sku }),
  ({ id, sku }) => ({ id, sku }),
  // It is another one by now.
  ({ id }) => ({ id, name: 'name 99' }),
];

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...QUERIES).map((query) => ({ query })) },
  {
    weight: 1,
    arbitrary: fc.record({
      product: fc.constantFrom('items', 'stock', 'notes', 'slogans', 'makers'),
      items: fc.uniqueArray(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 2 }),
      spelling: fc.constantFrom(...SPELLINGS),
      isOfInterface: fc.boolean(),
    }),
  },
);
type Write = Extract<
  typeof step extends fc.Arbitrary<infer One> ? One : never,
  { product: string }
>;

async function serve(settings: Readonly<Record<string, string>>) {
  const data = new Data();
  const products = createProducts(data);
  const gateway = await serveFederation(
    products.map((one) => ({ ...one, cacheControl: 'public, max-age=600' })),
    { CACHE_INVALIDATION_KEY: 'env:FORGET_KEY', FORGET_KEY: KEY, ...settings },
  );
  const forget = async (subgraph: string, type: string, keys: readonly object[]) => {
    const { body } = await sendRequest(gateway.url, {
      method: 'POST',
      path: '/cache/invalidate',
      headers: { authorization: KEY },
      body: JSON.stringify([{ kind: 'entity', subgraph, type, keys }]),
    });
    return (JSON.parse(body) as { count: number }).count;
  };
  const write = async ({ product, items, spelling, isOfInterface }: Write) => {
    if (product === 'makers') {
      for (const { number } of items) data.write('stock', `maker ${number}`);
      await forget('stock', 'Maker', items.map(makerOf));
      return;
    }
    // Which of them are tools, stock and slogans do not know.
    const written = items.filter(
      ({ __typename }) => __typename === 'Good' || ['items', 'notes'].includes(product),
    );
    for (const { id } of written) data.write(product, id);
    for (const item of written) {
      const type = product === 'notes' || isOfInterface ? 'Item' : item.__typename;
      await forget(product, product === 'items' || product === 'notes' ? type : 'Good', [
        spelling(item),
      ]);
    }
  };
  const ask = async (query: string, wish = 'max-age=60') =>
    (await gateway.post({ query }, { 'cache-control': wish })).body;
  return { ...gateway, data, write, forget, ask };
}

test.each([
  ['as wholes', '1000000', '0', 'gateway_response_cache_lookups_total{state="hit"}'],
  [
    'as parts',
    '0',
    '1000000',
    'gateway_entity_cache_lookups_total{subgraph="stock",type="Good",state="hit"}',
  ],
  ['as both', '1000000', '1000000', 'gateway_response_cache_lookups_total{state="hit"}'],
])(
  'whatever is written and named by whichever key, nothing older is answered of what is kept %s',
  async (_, whole, parts, hits) => {
    const shop = await serve({ RESPONSE_CACHE_BYTES: whole, ENTITY_CACHE_BYTES: parts });

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 80, maxLength: 80 }), async (steps) => {
        for (const one of steps) {
          if ('product' in one) await shop.write(one);
          else {
            const kept = await shop.ask(one.query);
            expect(kept).toEqual(await shop.ask(one.query, 'no-store'));
            expect(kept).not.toHaveProperty('errors');
          }
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
    expect(await shop.metric(hits)).toBeGreaterThan(50);
  },
);

test.each<[string, string, string, number]>([
  ['whole answer', '1000000', '0', 1],
  ['part', '0', '1000000', 1],
])('a %s that holds another entity stays', async (_, whole, parts, count) => {
  const shop = await serve({ RESPONSE_CACHE_BYTES: whole, ENTITY_CACHE_BYTES: parts });
  for (const sku of ['a', 'b']) await shop.ask(`{ bySku(sku: "${sku}") { pieces } }`);

  expect(await shop.forget('stock', 'Good', [{ sku: 'z' }])).toBe(0);
  expect(await shop.forget('stock', 'Good', [{ sku: 'a' }, { sku: 'z' }])).toBe(count);
  expect(await shop.forget('stock', 'Good', [{ sku: 'a' }])).toBe(0);
  expect(await shop.forget('stock', 'Good', [{ id: '2' }])).toBe(count);
});

test.each([
  [100, 0],
  [101, 1],
])('an answer that holds %d entities goes with another one: %d', async (goods, count) => {
  const shop = await serve({ ENTITY_CACHE_BYTES: '0' });
  await shop.ask(`{ many(goods: ${goods}) { pieces } }`);

  expect(await shop.forget('stock', 'Good', [{ sku: 'a' }])).toBe(count);
});
