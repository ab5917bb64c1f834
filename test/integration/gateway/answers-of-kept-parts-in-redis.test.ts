/**
 * Answers that hold kept parts are shared like others, and no change is outlived in them.
 */
import { expect, test } from 'vitest';
import { answerByStock, createCountingStock } from '../../support/counting-stock.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { serveShop } from '../../support/serve-shop.ts';

const PATIENT = { timeout: 10_000, interval: 10 };
const BOTH = { ENTITY_CACHE_BYTES: '1000000', REDIS_TIMEOUT_MS: '2000' };

type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

const ask = async (gateway: Gateway, query: string) =>
  JSON.stringify((await gateway.post({ query })).body.data);

const countShared = (gateway: Gateway) =>
  gateway.metric('gateway_response_cache_lookups_total{state="shared_hit"}');

const LIST = '{ goods(ids: ["1"]) { id pieces } }';
const OTHER_LIST = '{ goods(ids: ["1"]) { pieces id } }';

/** Two gateways to which all servers answer, over products that allow to keep everything. */
async function serveTwo(servers: readonly TestRedis[], settings: Readonly<Record<string, string>>) {
  const stock = { ...createCountingStock(), goodsLifetime: 'max-age=300, public' };
  const first = await serveShop(answerByStock(stock), { ...BOTH, ...settings });
  const second = await first.serveAnother();
  for (const server of servers) {
    await expect
      .poll(async () => (await server.command('CLIENT', 'LIST')).split('name=meshgate').length)
      .toBe(5);
  }
  return { stock, first, second };
}

test('an answer made of parts that this process has asked for is given by another gateway', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo([redis], { REDIS_URL: redis.url });
  const keys = async () => (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  // The epochs, the answer, and its two parts; then another answer of the same parts.
  let list: string;
  do list = await ask(first, LIST);
  while ((await keys()).length < 4);
  const before = (await keys()).length;
  const other = await ask(first, OTHER_LIST);
  await expect.poll(async () => (await keys()).length, PATIENT).toBe(before + 1);

  expect(await ask(second, OTHER_LIST)).toBe(other);

  expect(await countShared(second)).toBe(1);
  expect(JSON.parse(other)).toEqual(JSON.parse(list));
});

test('an answer made of parts from Redis is given by a third gateway', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo([redis], { REDIS_URL: redis.url });
  const third = await first.serveAnother();
  const keys = async () => (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  await ask(first, LIST);
  await expect.poll(async () => (await keys()).length, PATIENT).toBe(4);
  const calls = first.calls.length;
  const other = await ask(second, OTHER_LIST);
  await expect.poll(async () => (await keys()).length, PATIENT).toBe(5);

  expect(await ask(third, OTHER_LIST)).toBe(other);

  expect(await countShared(third)).toBe(1);
  expect(first.calls).toHaveLength(calls);
});

test('an answer with a part from before a change that this process has not heard of goes to nobody', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo([redis], { REDIS_URL: redis.url });
  const keys = async () => (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  await ask(first, LIST);
  await expect.poll(async () => (await keys()).length, PATIENT).toBe(4);

  // Four times a second a gateway looks; until then it gives what it has, and never to others.
  for (let round = 0; round < 20; round += 1) {
    const query = `query Round${round} { goods(ids: ["1"]) { id pieces } }`;
    const old = await ask(first, LIST);
    await second.post({ query: 'mutation { count(pieces: 1) }' });
    await ask(first, query);
    const given = await ask(second, query);
    expect(JSON.parse(given).goods[0].pieces).not.toBe(JSON.parse(old).goods[0].pieces);
  }
});

test('in a cluster, what this process has asked for is shared again in other answers', async () => {
  const cluster = await startRedisCluster();
  const { first, second } = await serveTwo(cluster.masters, cluster.settings);
  const lists = Array.from({ length: 12 }, (_, index) => `["${index}"]`);
  const askAll = async (gateway: Gateway, name: string, headers = {}) => {
    for (const ids of lists) {
      await gateway.post({ query: `query ${name} { goods(ids: ${ids}) { id pieces } }` }, headers);
    }
  };
  // What is begun when a shard is known can be shared in it.
  const anew = { 'cache-control': 'no-cache' };
  for (const name of ['A', 'B', 'C', 'D']) await askAll(first, name, anew);
  const calls = async () => {
    const before = first.calls.length;
    await askAll(first, 'List');
    return first.calls.length - before;
  };
  await expect.poll(calls, PATIENT).toBe(0);
  await askAll(first, 'List', anew);
  await askAll(first, 'Other');

  await expect
    .poll(async () => {
      await askAll(second, 'Other');
      return countShared(second);
    }, PATIENT)
    .toBeGreaterThan(6);
});
