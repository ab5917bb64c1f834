/**
 * Entities and responses of products that gateways share through Redis. Two gateways over the same
 * products, one real Redis.
 */
import { expect, test } from 'vitest';
import { answerByStock, createCountingStock } from '../../support/counting-stock.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { sendRequest } from '../../support/send-request.ts';
import { serveShop } from '../../support/serve-shop.ts';
import {
  COUNT,
  countLookups,
  type Gateway,
  listKeys,
  PARTS_ONLY,
  PATIENT,
  pieces,
  serveTwo,
  untilShared,
} from '../../support/two-stock-gateways.ts';

const KEY = 'a key that nobody guesses';

test('of one call another gateway asks for the entities alone that neither it nor Redis has', async () => {
  const redis = await startRedis();
  const { first, second, asked } = await serveTwo(redis);
  const made = await pieces(first, ['1', '2']);
  await untilShared(redis, 2);

  const given = await pieces(second, ['3', '2', '1']);
  const again = await pieces(second, ['1', '2', '3']);

  expect(given.slice(1)).toEqual([...made].reverse());
  expect(again).toEqual([...given].reverse());
  expect(asked()).toEqual([['1', '2'], ['3']]);
  expect([await countLookups(second, 'shared_hit'), await countLookups(second, 'hit')]).toEqual([
    2, 3,
  ]);
  const saved = 'gateway_entity_cache_saved_calls_total{subgraph="stock",type="Good"}';
  expect(await second.metric(saved)).toBe(1);
});

test('all entities of one call are looked for at once', async () => {
  const redis = await startRedis();
  const { first } = await serveTwo(redis);
  await redis.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '10000');
  await pieces(first, ['1', '2', '3', '4']);

  const log = await redis.command('SLOWLOG', 'GET', '10000');
  // The epochs, no lease, and the one value of the root or four of entities; then the epochs and these four.
  const counts = [...log.matchAll(/^evalsha\n\w+\n(\d+)$/gim)].map(([, keys]) => Number(keys));
  expect(counts.filter((keys) => keys > 1).sort()).toEqual([3, 5, 6]);
});

test('what a call from the root gave is given by another gateway', async () => {
  const redis = await startRedis();
  const { stock, first, second } = await serveTwo(redis);
  stock.goodsLifetime = 'max-age=300, public';
  const query = '{ good(id: "1") { name } }';
  const made = await first.post({ query });
  await untilShared(redis, 1);
  const given = await second.post({ query: '{ pieces good(id: "1") { name } }' });

  expect((given.body.data as { good: unknown }).good).toEqual(
    (made.body.data as { good: unknown }).good,
  );
  expect(first.calls.filter(({ product }) => product === 'goods')).toHaveLength(1);
});

test('that there is no such entity is known to another gateway, for its own short life', async () => {
  const redis = await startRedis();
  const { stock, first, second, asked } = await serveTwo(redis);
  stock.unknown.add('2');
  await pieces(first, ['1', '2']);
  await untilShared(redis, 2);
  const lifetimes = await Promise.all(
    (await listKeys(redis)).map(async (key) => Number(await redis.command('PTTL', key))),
  );

  expect(await pieces(second, ['2'])).toEqual([null]);
  expect(asked()).toHaveLength(1);
  const [missing = 0, found = 0] = lifetimes.sort((a, b) => a - b);
  expect([missing <= 10_000, found > 200_000]).toEqual([true, true]);
  expect(await countLookups(second, 'missing')).toBe(1);
});

test('what is private is given by another gateway to its caller alone, and what was public to nobody', async () => {
  const redis = await startRedis();
  const { stock, first, second, asked } = await serveTwo(redis);
  const [ada, ben] = [await first.caller({ sub: 'ada' }), await first.caller({ sub: 'ben' })];
  await pieces(first, ['1'], ada);
  await untilShared(redis, 1);
  const [before] = await listKeys(redis);
  stock.lifetime = 'max-age=300, private';
  const own = await pieces(first, ['1'], { ...ada, 'cache-control': 'no-cache' });
  await expect.poll(async () => (await listKeys(redis)).includes(before ?? '')).toBe(false);
  await untilShared(redis, 1);

  expect(await pieces(second, ['1'], ada)).toEqual(own);
  expect(await pieces(second, ['1'], ben)).not.toEqual(own);
  expect(await pieces(second, ['1'])).not.toEqual(own);
  expect(asked()).toHaveLength(4);
});

test.each([
  ['row claims', { regions: ['West'] }, {}],
  ['forwarded headers', {}, { 'x-tenant': 'b' }],
])('other %s find nothing', async (_, claims, headers) => {
  const redis = await startRedis();
  const { first, second, asked } = await serveTwo(redis);
  await pieces(first, ['1'], await first.caller({ sub: 'ada' }));
  await untilShared(redis, 1);
  await pieces(second, ['1'], await first.caller({ sub: 'ben' }));
  await pieces(second, ['1'], { ...(await first.caller({ sub: 'ben', ...claims })), ...headers });

  expect(asked()).toHaveLength(2);
});

test('a change that is told to one gateway makes the other forget', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis);
  await pieces(first, ['1']);
  await untilShared(redis, 1);
  const before = await pieces(second, ['1']);

  await first.post(COUNT);

  expect(await pieces(first, ['1'])).not.toEqual(before);
  await expect
    .poll(() => pieces(second, ['1']), { timeout: 2000, interval: 5 })
    .not.toEqual(before);
});

test('a change of one entity that is told to one gateway leaves the others in the memory of the other', async () => {
  const redis = await startRedis();
  const { first, second, asked } = await serveTwo(redis, {
    CACHE_INVALIDATION_KEY: 'env:FORGET_KEY',
    FORGET_KEY: KEY,
  });
  const [one, two] = await pieces(second, ['1', '2']);
  const parts = () => second.metric('gateway_entity_cache_parts{subgraph="stock",type="Good"}');
  await expect.poll(parts).toBe(2);

  const entry = { kind: 'entity', subgraph: 'stock', type: 'Good', keys: [{ id: '1' }] };
  await sendRequest(first.url, {
    method: 'POST',
    path: '/cache/invalidate',
    headers: { authorization: KEY },
    body: JSON.stringify([entry]),
  });
  await expect.poll(parts, PATIENT).toBe(1);
  const [changed, same] = await pieces(second, ['1', '2']);

  expect(same).toBe(two);
  expect(changed).not.toBe(one);
  expect(asked()).toEqual([['1', '2'], ['1']]);
});

test.each<[string, (redis: TestRedis, key: string) => Promise<unknown>]>([
  ['spoilt', (redis, key) => redis.command('SETRANGE', key, '20', 'XXXX')],
  ['cut off', (redis, key) => redis.command('SET', key, 'AQAA')],
  ['foreign', (redis, key) => redis.command('SET', key, 'hello')],
])('an entity that is %s in Redis is asked for', async (_, spoil) => {
  const redis = await startRedis();
  const { first, second, asked } = await serveTwo(redis);
  await pieces(first, ['1']);
  await untilShared(redis, 1);
  const [key = ''] = await listKeys(redis);
  await spoil(redis, key);

  await pieces(second, ['1']);

  expect(asked()).toHaveLength(2);
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['the setting says so', { ENTITY_CACHE_IN_REDIS: 'false' }, 'max-age=300, public'],
  ['no memory keeps them', { ENTITY_CACHE_BYTES: '0' }, 'max-age=300, public'],
  ['the product allows nothing', {}, 'no-store'],
])('nothing is put into Redis where %s', async (_, settings, lifetime) => {
  const redis = await startRedis();
  const connections = settings.ENTITY_CACHE_BYTES === '0' ? 3 : 5;
  const { stock, first, second, asked } = await serveTwo(redis, settings, {}, connections);
  stock.lifetime = lifetime;
  await pieces(first, ['1']);
  await pieces(second, ['1']);
  await pieces(first, ['2']);

  expect(asked()).toHaveLength(3);
  expect(await listKeys(redis)).toEqual([]);
});

test('of calls that were not to be kept, and of a client that says no-store, Redis is not asked', async () => {
  const redis = await startRedis();
  const { stock, first } = await serveTwo(redis);
  stock.lifetime = 'no-store';
  await pieces(first, ['1']);
  await redis.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '10000');

  await pieces(first, ['1']);
  await pieces(first, ['2'], { 'cache-control': 'no-store' });

  const log = await redis.command('SLOWLOG', 'GET', '10000');
  // To look what has changed takes one key.
  const counts = [...log.matchAll(/^evalsha\n\w+\n(\d+)$/gim)].map(([, keys]) => Number(keys));
  expect(counts.filter((keys) => keys > 1)).toEqual([]);
});

test('without Redis, frozen Redis, and after it: requests go on, and nothing old comes back', async () => {
  const redis = await startRedis();
  const { first, second } = await serveTwo(redis, { REDIS_TIMEOUT_MS: '50' });
  await expect
    .poll(async () => {
      await pieces(first, ['1'], { 'cache-control': 'no-cache' });
      return (await listKeys(redis)).length;
    }, PATIENT)
    .toBe(1);
  const before = await pieces(first, ['1']);

  redis.freeze();
  await first.post(COUNT);
  const during = await pieces(first, ['1']);
  redis.thaw();

  expect(during).not.toEqual(before);
  await expect.poll(() => pieces(second, ['1']), PATIENT).not.toEqual(before);
  await redis.kill();
  expect(await pieces(first, ['2', '3'])).toHaveLength(2);
  await redis.restart();
  expect(await pieces(second, ['1'], { 'cache-control': 'no-cache' })).not.toEqual(before);
});

test('two secrets find each other, an older one is still read, and another one is not', async () => {
  const redis = await startRedis();
  const settings = { RESPONSE_CACHE_SECRETS: 'env:OLD', OLD: 'an old secret', NEW: 'a new secret' };
  const { first, second, asked } = await serveTwo(redis, settings, {
    RESPONSE_CACHE_SECRETS: 'env:NEW,env:OLD',
  });
  const third = await first.serveAnother({ RESPONSE_CACHE_SECRETS: 'env:NEW' });
  await pieces(first, ['1']);
  await untilShared(redis, 1);

  await pieces(second, ['1']);
  expect(asked()).toHaveLength(1);
  await expect
    .poll(async () => {
      await pieces(third, ['1'], { 'cache-control': 'no-cache' });
      return asked().length;
    }, PATIENT)
    .toBeGreaterThan(1);
});

test('in a cluster, parts lie on all servers, and a change is forgotten wherever they lie', async () => {
  const cluster = await startRedisCluster();
  const stock = { ...createCountingStock(), goodsLifetime: 'max-age=300, public' };
  const first = await serveShop(answerByStock(stock), { ...cluster.settings, ...PARTS_ONLY });
  const second = await first.serveAnother();
  for (const master of cluster.masters) {
    await expect
      .poll(async () => (await master.command('CLIENT', 'LIST')).split('name=meshgate').length)
      .toBe(5);
  }
  const name = (id: number) => ({ query: `{ good(id: "${id}") { name } }` });
  const askAll = async (gateway: Gateway, headers = {}) => {
    const names: string[] = [];
    for (let id = 0; id < 40; id += 1) {
      names.push(JSON.stringify((await gateway.post(name(id), headers)).body.data));
    }
    return names;
  };
  const parts = async () =>
    (await cluster.keys('meshgate:{answers-*}:*')).filter((key) => !/:(epochs|changes)$/.test(key))
      .length;
  await expect
    .poll(async () => {
      await askAll(first, { 'cache-control': 'no-cache' });
      return parts();
    }, PATIENT)
    .toBe(40);
  const given = await askAll(second);
  const shared = await second.metric(
    'gateway_entity_cache_lookups_total{subgraph="goods",type="Query",state="shared_hit"}',
  );

  await first.post({ query: 'mutation { rename(id: "1", to: "x") }' });
  await askAll(first);

  expect(shared).toBeGreaterThan(20);
  for (const master of cluster.masters) {
    expect(await master.command('KEYS', 'meshgate:{answers-*}:*')).toMatch(
      /:(?!epochs)[\w-]{43}$/m,
    );
  }
  await expect
    .poll(async () => {
      const names = await askAll(second);
      return names.filter((one) => given.includes(one));
    }, PATIENT)
    .toEqual([]);
});
