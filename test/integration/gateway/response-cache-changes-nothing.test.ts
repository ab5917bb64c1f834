import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startRedis } from '../../support/redis.ts';
import { type ShopCall, serveShop } from '../../support/serve-shop.ts';

/** What the products hold; every step may change it. */
interface Stock {
  name: string;
  pieces: number;
}

/** Who asks: what may make a difference, and what may not. */
interface Asker {
  readonly sub: string | null;
  readonly scope: string;
  readonly regions: string | null;
  readonly tenant: string | null;
}

const QUERIES = [
  '{ good(id: "1") { id name } }',
  '{ good(id: "1") { name pieces } }',
  '{ margin good(id: "1") { name } }',
  '{ margin }',
  '{ mine }',
  '{ mine margin good(id: "1") { pieces } }',
  '{ pieces }',
  '{ pieces mine }',
];

const asker: fc.Arbitrary<Asker> = fc.record({
  sub: fc.constantFrom('ada', 'ben', null),
  scope: fc.constantFrom('', 'margin', 'other', 'margin other'),
  regions: fc.constantFrom('East', 'West', null),
  tenant: fc.constantFrom('a', 'b', null),
});

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      query: fc.constantFrom(...QUERIES),
      asker,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      mutation: fc.constantFrom(
        'mutation { rename(id: "1", to: "x") }',
        'mutation { count(pieces: 1) }',
      ),
    }),
  },
);

/** Answers honestly: public is what depends on row claims and headers only, private what depends on who asks. */
function answerHonestly(stock: Stock) {
  return ({ product, query, token, headers }: ShopCall) => {
    if (query.includes('rename')) stock.name += '!';
    if (query.includes('count(')) stock.pieces += 1;
    const view = `${token.claims?.regions ?? 'all'} ${headers['x-tenant'] ?? 'none'}`;
    const isPrivate = query.includes('mine');
    // Nobody says more than was asked of it.
    const data =
      product === 'stock'
        ? {
            count: stock.pieces,
            pieces: stock.pieces,
            _entities: [{ __typename: 'Good', pieces: stock.pieces }],
          }
        : {
            good: { __typename: 'Good', id: '1', name: `${stock.name} ${view}` },
            margin: stock.name.length,
            mine: `${token.sub} ${token.scope} ${stock.name}`,
            rename: stock.name,
          };
    const lifetime = `max-age=300, ${isPrivate ? 'private' : 'public'}`;
    return {
      data,
      headers: { 'cache-control': product === 'stock' ? 'max-age=60, public' : lifetime },
    };
  };
}

/** What clients send, with one token for each caller. */
function createHeadersOf(token: (claims: object) => Promise<string>) {
  const tokens = new Map<string, string>();
  return async ({ sub, scope, regions, tenant }: Asker, wish: string) => {
    const headers: Record<string, string> = { 'cache-control': wish };
    if (tenant !== null) headers['x-tenant'] = tenant;
    if (sub === null) return headers;
    const claims = { sub, scope, ...(regions === null ? {} : { regions: [regions] }) };
    const key = JSON.stringify(claims);
    const known = tokens.get(key) ?? (await token(claims));
    tokens.set(key, known);
    return { ...headers, authorization: `Bearer ${known}` };
  };
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
  'whoever asks whatever in whatever order, answers kept %s change no answer',
  async (_, whole, parts, hitMetric) => {
    const stock: Stock = { name: 'chair', pieces: 1 };
    const shop = await serveShop(answerHonestly(stock), {
      RESPONSE_CACHE_BYTES: whole,
      ENTITY_CACHE_BYTES: parts,
    });
    const headersOf = createHeadersOf(shop.token);

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 60 }), async (steps) => {
        for (const one of steps) {
          if (one.kind === 'change') {
            await shop.post({ query: one.mutation });
            continue;
          }
          const cached = await shop.post(one, await headersOf(one.asker, 'max-age=60'));
          const uncached = await shop.post(one, await headersOf(one.asker, 'no-store'));
          expect(cached.body).toEqual(uncached.body);
        }
      }),
      { numRuns: 20 },
    );
    expect(await shop.metric(hitMetric)).toBeGreaterThan(50);
  },
);

test.each([
  ['as wholes', '0', 'gateway_response_cache_lookups_total{state="shared_hit"}'],
  [
    'as parts',
    '1000000',
    'gateway_entity_cache_lookups_total{subgraph="stock",type="Good",state="shared_hit"}',
  ],
])(
  'what one gateway has put into Redis %s changes no answer of another',
  async (_, parts, hits) => {
    const redis = await startRedis();
    const stock: Stock = { name: 'chair', pieces: 1 };
    const shop = await serveShop(answerHonestly(stock), {
      RESPONSE_CACHE_BYTES: parts === '0' ? '1000000' : '0',
      ENTITY_CACHE_BYTES: parts,
      REDIS_URL: redis.url,
      REDIS_TIMEOUT_MS: '2000',
    });
    const headersOf = createHeadersOf(shop.token);
    const connections = async () =>
      (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length - 1;
    await expect.poll(connections).toBe(2);
    let sharedHits = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 60 }), async (steps) => {
        for (const one of steps) {
          if (one.kind === 'change') await shop.post({ query: one.mutation });
          else await shop.post(one, await headersOf(one.asker, 'max-age=60'));
        }
        // What is asked of Redis comes after what it was told before.
        for (const query of QUERIES) await shop.post({ query }, { 'cache-control': 'no-cache' });
        const other = await shop.serveAnother();
        await expect.poll(connections).toBe(4);
        for (const one of steps) {
          if (one.kind === 'change') continue;
          const cached = await other.post(one, await headersOf(one.asker, 'max-age=60'));
          const uncached = await shop.post(one, await headersOf(one.asker, 'no-store'));
          expect(cached.body).toEqual(uncached.body);
        }
        sharedHits += await other.metric(hits);
        await other.close();
        await expect.poll(connections).toBe(2);
      }),
      { numRuns: 6 },
    );
    expect(sharedHits).toBeGreaterThan(20);
  },
  120_000,
);
