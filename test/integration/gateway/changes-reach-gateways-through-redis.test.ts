/**
 * Two gateways share a Redis and nothing else that could tell them of changes. Whatever is changed through either of
 * them, together or apart, both soon say what the product says.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idsOf } from '../../support/counting-stock.ts';
import { startRedis } from '../../support/redis.ts';
import { sendRequest } from '../../support/send-request.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';

const KEY = 'a key that nobody guesses';
const IDS = ['1', '2', '3'];
/** One answer for each good, so that each can be forgotten by itself. */
const QUERIES = IDS.map((id) => ({ query: `{ goods(ids: ["${id}"]) { id pieces } }` }));
const PUBLIC = { 'cache-control': 'max-age=600, public' };

interface Good {
  readonly id: string;
  readonly pieces: number;
}

type Settings = Readonly<Record<string, string>>;

async function serve(settings: Settings) {
  const redis = await startRedis();
  const pieces = new Map(IDS.map((id) => [id, 0]));
  const answer: AnswerCall = (call) => {
    if (!call.query.includes('_entities')) {
      const id = /goods\(ids:\s*\[\W*(\w+)/.exec(call.query)?.[1];
      return { data: { goods: [{ __typename: 'Good', id }] }, headers: PUBLIC };
    }
    const _entities = idsOf(call).map((id) => ({ __typename: 'Good', pieces: pieces.get(id) }));
    return { data: { _entities }, headers: PUBLIC };
  };
  const first = await serveShop(answer, {
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '2000',
    CACHE_INVALIDATION_KEY: 'env:FORGET_KEY',
    FORGET_KEY: KEY,
    ...settings,
  });
  const second = await first.serveAnother({});
  const gateways = [first, second] as const;
  const read = async (gateway: 0 | 1) => {
    const answers = await Promise.all(QUERIES.map((one) => gateways[gateway].post(one)));
    const goods = answers.flatMap(({ body }) => (body.data as { readonly goods: Good[] }).goods);
    return Object.fromEntries(goods.map(({ id, pieces }) => [id, pieces]));
  };
  const write = async ({ gateway, id, says }: Write): Promise<void> => {
    pieces.set(id, (pieces.get(id) ?? 0) + 1);
    const subgraph = 'stock';
    const entry = {
      entity: { kind: 'entity', subgraph, type: 'Good', keys: [{ id }] },
      type: { kind: 'type', subgraph, type: 'Good' },
      subgraph: { kind: 'subgraph', subgraph },
    }[says];
    await sendRequest(gateways[gateway].url, {
      method: 'POST',
      path: '/cache/invalidate',
      headers: { authorization: KEY },
      body: JSON.stringify([entry]),
    });
  };
  return { pieces, read, write };
}

interface Write {
  readonly gateway: 0 | 1;
  readonly id: string;
  readonly says: 'entity' | 'type' | 'subgraph';
}

const write: fc.Arbitrary<Write> = fc.record({
  gateway: fc.constantFrom<0 | 1>(0, 1),
  id: fc.constantFrom(...IDS),
  says: fc.constantFrom('entity', 'entity', 'entity', 'type', 'subgraph'),
});

/** Written at the same time, and read by both meanwhile. */
const step = fc.array(write, { minLength: 1, maxLength: 4 });

test.each<[string, Settings]>([
  ['parts', { RESPONSE_CACHE_BYTES: '0', ENTITY_CACHE_BYTES: '1000000' }],
  ['answers', {}],
  ['answers and parts', { ENTITY_CACHE_BYTES: '1000000' }],
])('kept %s', async (_, settings) => {
  const { pieces, read, write: change } = await serve(settings);

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const writes of steps) {
        await Promise.all([...writes.map((one) => change(one)), read(0), read(1)]);
        for (const gateway of [0, 1] as const) {
          await expect
            .poll(() => read(gateway), { timeout: 5000, interval: 10 })
            .toEqual(Object.fromEntries(pieces));
        }
      }
    }),
    { numRuns: 6, endOnFailure: true },
  );
});
