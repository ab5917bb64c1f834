/**
 * Two gateways that share the parts of what a product answers, over the same products and one real Redis.
 *
 * @module
 */
import { expect } from 'vitest';
import { answerByStock, createCountingStock, idsOf } from './counting-stock.ts';
import type { TestRedis } from './redis.ts';
import { serveShop } from './serve-shop.ts';

export const PATIENT = { timeout: 10_000, interval: 10 };
/** Changes every good of `stock`. */
export const COUNT = { query: 'mutation { count(pieces: 1) }' };
export const PARTS_ONLY = {
  ENTITY_CACHE_BYTES: '1000000',
  RESPONSE_CACHE_BYTES: '0',
  DEDUPLICATE_QUERIES: 'false',
  // However busy the machine is.
  REDIS_TIMEOUT_MS: '2000',
};

export type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

/** Two gateways that have found Redis, and have heard all that was said there until now. */
export async function serveTwo(
  redis: Pick<TestRedis, 'url' | 'command'>,
  settings: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, string>> = {},
  connections = 5,
) {
  const stock = createCountingStock();
  const shared = { REDIS_URL: redis.url, ...PARTS_ONLY, ...settings };
  const first = await serveShop(answerByStock(stock), shared);
  const second = await first.serveAnother(others);
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length)
    .toBe(connections);
  const asked = () =>
    first.calls.filter(({ query }) => query.includes('_entities')).map((call) => idsOf(call));
  return { stock, first, second, asked };
}

export async function pieces(gateway: Gateway, ids: readonly string[], headers = {}) {
  const query = `{ goods(ids: ${JSON.stringify(ids)}) { id pieces } }`;
  const { body } = await gateway.post({ query }, headers);
  return (body.data as { goods: { pieces: number | null }[] }).goods.map((one) => one.pieces);
}

/** Of the parts that lie in Redis. */
export const listKeys = async (redis: Pick<TestRedis, 'command'>) => {
  const keys = (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  return keys.filter((key) => key !== '' && !/:(epochs|changes)$/.test(key));
};

/** What is put into Redis is not waited for. */
export const untilShared = (redis: Pick<TestRedis, 'command'>, parts: number) =>
  expect.poll(async () => (await listKeys(redis)).length, PATIENT).toBe(parts);

export const countLookups = (gateway: Gateway, state: string) =>
  gateway.metric(
    `gateway_entity_cache_lookups_total{subgraph="stock",type="Good",state="${state}"}`,
  );
