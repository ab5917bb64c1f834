/**
 * Answers that gateways share through Redis. Two gateways over the same products, one real Redis.
 */
import { expect, test } from 'vitest';
import { PATIENCE } from '../../../gateway/cache/prospect.ts';
import { createCountingShop } from '../../support/counting-shop.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';

const NAME = { query: '{ good(id: "1") { name } }' };
const PIECES = { query: '{ pieces }' };
const RENAME = { query: 'mutation { rename(id: "1", to: "x") }' };

type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

const ask = async (gateway: Gateway, body: object, headers = {}) =>
  JSON.stringify((await gateway.post(body, headers)).body.data);

/** Two gateways that have found Redis, and have heard all that was said there until now. */
async function serveTwo(
  redis: TestRedis,
  settings: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, string>> = {},
  answer: AnswerCall = createCountingShop(),
) {
  const shared = { REDIS_URL: redis.url, ...settings };
  const first = await serveShop(answer, shared);
  const second = await first.serveAnother(others);
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length)
    .toBe(5);
  return { first, second };
}

/** What is put into Redis is not waited for. */
async function untilShared(redis: TestRedis, answers: number): Promise<void> {
  await expect
    .poll(
      async () => (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n').length,
    )
    .toBe(answers + 1);
}

test('an answer that one gateway keeps is given by another, with its age', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis);
  const made = await first.post(NAME);
  await untilShared(redis, 1);

  const given = await second.post(NAME);

  expect(given.body).toEqual(made.body);
  expect(given.headers.get('etag')).toBe(made.headers.get('etag'));
  expect(given.headers.get('age')).toMatch(/^\d$/);
  expect(first.calls).toHaveLength(1);
  expect(await second.metric('gateway_response_cache_lookups_total{state="shared_hit"}')).toBe(1);
});

test('however many answers a gateway finds in Redis and nowhere else, it goes on looking there', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis, { REDIS_TIMEOUT_MS: '10000' });
  const count = PATIENCE + 100;
  const query = 'query ($id: ID) { good(id: $id) { name } }';
  for (let id = 0; id < count; id += 1) {
    await ask(first, { query, variables: { id } });
    // Something is found now and then, so that all is put there.
    if (id % 100 === 0) await ask(first, { query, variables: { id } });
  }

  for (let id = 0; id < count; id += 1) await ask(second, { query, variables: { id } });

  expect(await second.metric('gateway_response_cache_lookups_total{state="shared_hit"}')).toBe(
    count,
  );
});

test('rights are in the keys there as here', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis, {}, {}, createCountingShop('private'));
  const [ada, ben] = [await first.caller({ sub: 'ada' }), await first.caller({ sub: 'ben' })];
  const own = await ask(first, NAME, ada);
  await untilShared(redis, 1);

  expect(await ask(second, NAME, ben)).not.toBe(own);
  expect(await ask(second, NAME, ada)).toBe(own);
  expect(await ask(second, NAME)).not.toBe(own);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['passes other headers on', { FORWARD_HEADERS: 'x-other' }],
  ['shows other errors', { SUBGRAPH_ERRORS: 'passed' }],
  ['is told to keep to itself', { RESPONSE_CACHE_IN_REDIS: 'false' }],
])('a gateway that %s shares nothing', async (_, others) => {
  const redis = await startRedis();
  const shop = await serveShop(createCountingShop(), { REDIS_URL: redis.url });
  const other = await shop.serveAnother(others);
  let name: string;
  do name = await ask(shop, NAME, { 'cache-control': 'no-cache' });
  while ((await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n').length < 2);

  expect(await ask(other, NAME)).not.toBe(name);
});

test('a mutation makes the other gateway forget, what it concerns alone', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis);
  const pieces = async () => [await ask(first, PIECES), await ask(second, PIECES)];
  let before: readonly string[];
  let after: readonly string[];
  // A gateway forgets once what it has never seen an epoch of.
  do {
    before = await pieces();
    const name = await ask(second, NAME);
    await first.post(RENAME);
    await expect.poll(() => ask(second, NAME), { timeout: 2000, interval: 5 }).not.toBe(name);
    after = await pieces();
  } while (JSON.stringify(before) !== JSON.stringify(after));

  expect(after).toEqual(before);
});

test.each<[string, (redis: TestRedis, key: string) => Promise<unknown>]>([
  ['spoilt', (redis, key) => redis.command('SETRANGE', key, '20', 'XXXX')],
  ['cut off', (redis, key) => redis.command('SET', key, 'AQAA')],
  ['foreign', (redis, key) => redis.command('SET', key, 'hello')],
])('a value that is %s is made anew', async (_, spoil) => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis);
  await ask(first, NAME);
  await untilShared(redis, 1);
  const keys = (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  await spoil(redis, keys.find((key) => !/:(epochs|changes)$/.test(key)) ?? '');

  await ask(second, NAME);

  expect(first.calls).toHaveLength(2);
});

test('with secrets, Redis holds nothing readable, and who has another secret takes nothing', async () => {
  const redis = await startRedis();
  const secrets = {
    RESPONSE_CACHE_SECRETS: 'env:CACHE_SECRET',
    CACHE_SECRET: 'a secret for tests',
  };
  const { first, second } = await serveTwo(redis, secrets, { CACHE_SECRET: 'another secret' });
  const name = await ask(first, NAME);
  await untilShared(redis, 1);
  const keys = (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  const text = await redis.command(
    'GET',
    keys.find((key) => !/:(epochs|changes)$/.test(key)) ?? '',
  );

  expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain('name 1');
  expect(await ask(second, NAME)).not.toBe(name);
});

test('without Redis, frozen Redis, and after it: requests go on, and nothing old comes back', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis);
  const before = await ask(first, NAME);
  await untilShared(redis, 1);

  redis.freeze();
  await first.post(RENAME);
  const during = await ask(first, NAME);
  redis.thaw();
  await first.metric('gateway_response_cache_redis_failures_total');

  expect(during).not.toBe(before);
  // Whoever takes from Redis now takes what was made after the change.
  await expect.poll(() => ask(second, NAME), { timeout: 5000, interval: 20 }).not.toBe(before);
  await redis.kill();
  expect(await ask(first, NAME, { 'cache-control': 'no-cache' })).not.toBe(during);
  await redis.restart();
  const fresh = await ask(second, NAME, { 'cache-control': 'no-cache' });
  expect(fresh).not.toBe(before);
  expect(await first.metric('gateway_response_cache_redis_failures_total')).toBeGreaterThan(0);
});

test('of a Redis that does not answer, a few requests wait for the time limit, and then none', async () => {
  const redis = await startRedis();
  const { first } = await serveTwo(redis);
  await ask(first, NAME);
  redis.freeze();

  const started = performance.now();
  for (let id = 0; id < 200; id += 1) await ask(first, { query: `{ good(id: "${id}") { name } }` });
  const seconds = (performance.now() - started) / 1000;
  redis.thaw();

  // Two hundred time limits would be ten seconds.
  expect(seconds).toBeLessThan(8);
});

test('a Redis that is full gives what it has, keeps nothing new, still forgets, and metrics say so', async () => {
  const redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  const { first, second } = await serveTwo(redis, { REDIS_TIMEOUT_MS: '1000' });
  const name = await ask(first, NAME);
  await ask(first, PIECES);
  await untilShared(redis, 2);
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');

  const given = await ask(second, NAME);
  const own = await ask(first, PIECES, { 'cache-control': 'no-cache' });
  await first.post(RENAME);

  expect(given).toBe(name);
  await expect.poll(() => ask(second, NAME), { timeout: 2000, interval: 5 }).not.toBe(name);
  expect(await ask(first, NAME)).not.toBe(name);
  expect(await ask(second, PIECES)).not.toBe(own);
  expect(
    await first.metric('gateway_redis_errors_total{use="answers",kind="full"}'),
  ).toBeGreaterThan(0);
  expect(await first.metric('gateway_redis_servers{use="answers",state="up"}')).toBe(1);
});

test('metrics say that Redis is away, and why commands were not done', async () => {
  const redis = await startRedis();
  const { first } = await serveTwo(redis);
  const servers = async () => [
    await first.metric('gateway_redis_servers{use="answers",state="up"}'),
    await first.metric('gateway_redis_servers{use="answers",state="away"}'),
    await first.metric('gateway_redis_servers{use="limits",state="up"}'),
  ];
  const before = await servers();

  await redis.kill();

  await expect.poll(servers).toEqual([0, 1, 0]);
  await ask(first, NAME);
  expect(before).toEqual([1, 0, 1]);
  expect(
    await first.metric('gateway_redis_errors_total{use="answers",kind="away"}'),
  ).toBeGreaterThan(0);
});
