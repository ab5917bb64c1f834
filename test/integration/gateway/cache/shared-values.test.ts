import { expect, onTestFinished, test } from 'vitest';
import { ALL_OF_IT, EVERY_PRODUCT } from '../../../../gateway/cache/shared/followed-epochs.ts';
import { createSealValue } from '../../../../gateway/cache/shared/seal-value.ts';
import { SharedValues, type Ticket } from '../../../../gateway/cache/shared/shared-values.ts';
import { createRedis } from '../../../../shared/redis/create-redis.ts';
import { createLogger } from '../../../../shared/telemetry/create-logger.ts';
import { startRedis, type TestRedis } from '../../../support/redis.ts';
import { writeFolder } from '../../../support/write-folder.ts';

const PRODUCTS = ['goods', 'stock'];
const MINUTE_MS = 60_000;

/** One process's view of what is shared, connected. */
async function connect({ url }: TestRedis) {
  let failures = 0;
  const log = createLogger({ level: 'silent', name: 'test' });
  const redis = createRedis({ url, log, connectTimeoutMs: 1000, commandTimeoutMs: 200 });
  onTestFinished(() => redis.close());
  const onFailure = () => {
    failures += 1;
  };
  const values = new SharedValues({ redis, sealValue: createSealValue([]), scope: '', onFailure });
  const ticket = async () => (await values.find([], PRODUCTS)).ticket;
  const connected = () => expect.poll(ticket, { timeout: 10_000, interval: 5 }).not.toBeNull();
  await connected();
  return {
    values,
    ticket,
    connected,
    failures: () => failures,
    /** Names of products that a look finds changed. */
    changed: async () => (await values.look()).map(({ product }) => product),
    find: async (key: string) => (await values.find([key], PRODUCTS)).value,
    async keep(key: string, value: unknown) {
      values.keep(key, value, MINUTE_MS, PRODUCTS, await ticket());
    },
  };
}

test('a value is there for every process until one of its products changes', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.keep('a', { text: 'a' });
  await one.ticket();
  const before = await other.find('a');

  other.values.forget('goods');
  await other.connected();

  expect([before, await one.find('a')]).toEqual([{ text: 'a' }, undefined]);
});

test('a change of another product leaves it there, one of every product does not', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  await one.keep('a', 1);
  one.values.forget('forecast');
  await one.connected();
  const before = await one.find('a');

  one.values.forget(EVERY_PRODUCT);
  await one.connected();

  expect([before, await one.find('a')]).toEqual([1, undefined]);
});

test('a value that was begun before a change is not kept after it', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  const ticket = await one.ticket();
  other.values.forget('stock');
  await expect.poll(() => one.ticket()).not.toBe(ticket);

  one.values.keep('a', 1, MINUTE_MS, PRODUCTS, ticket);

  expect(await one.find('a')).toBeUndefined();
});

test('values last as long as they are kept for', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  await one.keep('a', 1);
  await one.ticket();
  const keys = (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  const lifetimes = await Promise.all(keys.map((key) => redis.command('PTTL', key)));

  const left = lifetimes.map(Number).toSorted((a, b) => a - b);
  expect(left[0]).toBe(-1);
  expect(left[1]).toBeGreaterThan(MINUTE_MS - 10_000);
});

test('epochs that Redis loses match nothing any more', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  await one.keep('a', 1);
  await one.ticket();

  await redis.command('DEL', 'meshgate:{answers}:epochs');

  expect(await one.find('a')).toBeUndefined();
});

test('a look finds what others say has changed, though this process has said so of the same product since', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.changed();
  const ticket = await one.ticket();

  other.values.forget('goods');
  await expect.poll(() => one.ticket()).not.toBe(ticket);
  one.values.forget('goods');
  await one.connected();

  expect(await one.changed()).toEqual(['goods']);
});

test('a look finds what was said of each change since the last one', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.values.look();
  const say = async (by: typeof one, change: string) => {
    by.values.forget('goods', change);
    await by.connected();
  };

  await say(other, 'first');
  await say(one, 'own');
  await say(other, 'second');

  const [changed] = await one.values.look();
  expect(changed).toEqual({ product: 'goods', changes: ['first', 'own', 'second'] });
  expect(await one.values.look()).toEqual([]);
});

test.each([
  ['one of them is of all', ['first', ALL_OF_IT, 'last']],
  ['there are too many', Array.from({ length: 20 }, (_, index) => `change ${index}`)],
])('of changes a look knows nothing more than the product where %s', async (_, changes) => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.values.look();
  for (const change of changes) {
    other.values.forget('goods', change);
    await other.connected();
  }

  expect(await one.values.look()).toEqual([{ product: 'goods', changes: null }]);
});

test('what could not be told for a while is told as a whole, with each change in it', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.values.look();
  redis.freeze();
  for (const change of ['first', 'second', 'third']) other.values.forget('goods', change);
  await expect.poll(() => other.failures(), { interval: 5 }).toBeGreaterThan(2);
  redis.thaw();
  await expect.poll(() => other.changed(), { timeout: 10_000 }).toEqual([]);
  await other.connected();

  const [changed] = await one.values.look();
  expect(new Set(changed?.changes)).toEqual(new Set(['first', 'second', 'third']));
});

test('a look finds what others say has changed, once, and not what this process has said', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.changed();

  other.values.forget('goods');
  one.values.forget('stock');
  await Promise.all([one.connected(), other.connected()]);

  expect(await one.changed()).toEqual(['goods']);
  expect(await one.changed()).toEqual([]);
});

test('what Redis was not told of is told when it answers again, and nothing is taken before', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.keep('a', 1);
  await one.ticket();

  redis.freeze();
  one.values.forget('goods');
  await expect.poll(() => one.failures(), { interval: 5 }).toBeGreaterThan(0);
  const during = await one.find('a');
  redis.thaw();

  expect(during).toBeUndefined();
  await expect
    .poll(async () => [await one.changed(), await other.find('a')][1], { timeout: 10_000 })
    .toBeUndefined();
  await one.connected();
  expect(await one.find('a')).toBeUndefined();
});

test('a Redis that comes back empty has lost every value, and every product counts as changed', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  await one.keep('a', 1);
  await one.changed();

  await redis.kill();
  const during = await one.find('a');
  await redis.restart();
  await one.connected();

  expect([during, await one.find('a')]).toEqual([undefined, undefined]);
  expect([...(await one.changed())].sort()).toEqual(PRODUCTS);
});

test('a Redis that is full still tells every process of a change, and gives values until then', async () => {
  const redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.keep('a', 1);
  await other.changed();
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  const before = await other.find('a');

  one.values.forget('goods');
  await expect.poll(() => other.changed(), { interval: 5 }).toEqual(['goods']);
  const during = await other.find('a');
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');

  expect([before, during, await other.find('a')]).toEqual([1, undefined, undefined]);
  expect(await other.ticket()).not.toBeNull();
});

test('a Redis that comes back as it was before a change gives nothing from before it', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const redis = await startRedis(['--dir', folder.path]);
  const [one, other] = [await connect(redis), await connect(redis)];
  await one.keep('a', 1);
  await one.ticket();
  const before = await other.find('a');
  await redis.command('SAVE');

  one.values.forget('goods');
  await one.connected();
  await other.changed();
  await redis.kill();
  await redis.restart();
  await Promise.all([one.connected(), other.connected()]);

  expect(await redis.command('KEYS', '*')).toContain('epochs');
  expect([before, await one.find('a'), await other.find('a')]).toEqual([1, undefined, undefined]);
  // What it holds of epochs is not what it said last, so everything counts as changed.
  expect([...(await other.changed())].sort()).toEqual(PRODUCTS);
});

test('one process has the lease of a value, until it gives it back, or a change, or for its time', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  const claim = async ({ values }: typeof one, ttlMs = MINUTE_MS) =>
    (await values.find(['a'], PRODUCTS, 'a', { key: 'a', ttlMs, isForced: false })).lease;
  const mine = { release: expect.any(Function) };

  const first = await claim(one);
  const second = [await claim(other), await claim(one)];
  one.values.forget('goods');
  await one.connected();
  const changed = await claim(other);
  // Not its own any more.
  if (typeof first !== 'string') first.release();
  const kept = await claim(one);
  if (typeof changed !== 'string') changed.release();
  // Given back by one, and soon by the other too.
  await expect.poll(() => claim(one, 1), { interval: 5 }).toEqual(mine);
  await expect.poll(() => claim(other), { interval: 5 }).toEqual(mine);

  expect([first, second, changed, kept]).toEqual([mine, ['taken', 'taken'], mine, 'taken']);
});

test('where there is a value nobody has its lease, unless it will not do', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  await one.keep('a', 1);
  await one.ticket();
  const claim = async (isForced: boolean) =>
    (await one.values.find(['a'], PRODUCTS, 'a', { key: 'a', ttlMs: MINUTE_MS, isForced })).lease;

  expect([await claim(false), await claim(true)]).toEqual([
    'none',
    { release: expect.any(Function) },
  ]);
});

test('without Redis, and in a full one, nobody can say who makes a value', async () => {
  const redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  const one = await connect(redis);
  const claim = async () =>
    (await one.values.find(['a'], PRODUCTS, 'a', { key: 'a', ttlMs: MINUTE_MS, isForced: false }))
      .lease;
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  const full = await claim();
  await redis.kill();

  expect([full, await claim()]).toEqual(['none', 'none']);
});

test('a value from before a change keeps nobody from its lease', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  await one.keep('a', 1);
  await expect.poll(() => one.find('a')).toBe(1);
  one.values.forget('goods');
  await one.connected();

  const { value, lease } = await one.values.find(['a'], PRODUCTS, 'a', {
    ...{ key: 'a', ttlMs: MINUTE_MS, isForced: false },
  });
  expect([value, lease]).toEqual([undefined, { release: expect.any(Function) }]);
});

/** Looks for several values, and wants the leases of those that are not there. */
const claimAll = async (
  { values }: Awaited<ReturnType<typeof connect>>,
  keys: readonly string[],
  { ttlMs = MINUTE_MS, hasWaited = false } = {},
) => {
  const found = await values.findAll(keys, PRODUCTS, 'place', { ttlMs, hasWaited });
  return { values: found.values, ...found.leases };
};

/** What is not anybody else's is this process's now. */
const mineBut = (...taken: readonly number[]) => ({
  ...{ values: expect.anything(), taken, release: expect.any(Function) },
});
const allTaken = (...taken: readonly number[]) => ({
  ...{ values: expect.anything(), taken, release: null },
});

test('of several values each is leased by one process, until it gives it back, or a change, or for its time', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];

  const first = await claimAll(one, ['a', 'b']);
  const overlapping = await claimAll(other, ['b', 'c', 'a']);
  const none = await claimAll(one, ['c', 'b']);
  first.release?.();
  await expect.poll(() => claimAll(one, ['b', 'c'], { hasWaited: true })).toEqual(mineBut(1));
  other.values.forget('goods');
  await other.connected();
  const changed = await claimAll(other, ['a', 'b', 'c'], { ttlMs: 500 });
  // Not its own any more.
  overlapping.release?.();
  // Each has a time of its own.
  const longer = await claimAll(other, ['d']);
  const held = await claimAll(one, ['a']);
  await expect
    .poll(() => claimAll(one, ['a', 'b', 'c', 'd']), { timeout: 5000 })
    .toEqual(mineBut(3));

  expect([first, overlapping, none, changed, longer, held]).toEqual([
    mineBut(),
    mineBut(0, 2),
    allTaken(0, 1),
    mineBut(),
    mineBut(),
    allTaken(0),
  ]);
});

test('what is there is given though somebody has its lease, except to who has waited for that', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  const { release } = await claimAll(one, ['a', 'b']);
  one.values.keepAll(
    [{ key: 'a', value: 1, ttlMs: MINUTE_MS }],
    PRODUCTS,
    (await one.values.findAll([], PRODUCTS, 'place')).ticket,
  );
  await one.ticket();

  const found = await claimAll(other, ['a', 'b']);
  const waited = await claimAll(other, ['a', 'b'], { hasWaited: true });
  release?.();
  await expect
    .poll(() => claimAll(other, ['a', 'b'], { hasWaited: true }))
    .toEqual({ values: [1, undefined], taken: [], release: expect.any(Function) });

  expect(found).toEqual({ values: [1, undefined], taken: [1], release: null });
  expect(waited).toEqual({ values: [undefined, undefined], taken: [0, 1], release: null });
});

test('leases that nobody gives back do not pile up', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  for (let count = 0; count < 12; count += 1) {
    await claimAll(
      one,
      Array.from({ length: 1000 }, (_, index) => `${count} ${index}`),
    );
  }
  const key = (await redis.command('KEYS', '*:leases')).trim();

  expect(await redis.command('HLEN', key)).toBe('1000\n');
  expect(Number(await redis.command('PTTL', key))).toBeGreaterThan(0);
});

test('without Redis, and in a full one, nobody can say who makes any of several values', async () => {
  const redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  const one = await connect(redis);
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  const full = await claimAll(one, ['a']);
  await redis.kill();

  expect([full, await claimAll(one, ['a'])]).toEqual([allTaken(), allTaken()]);
});

test('a value that holds something from before a change is put there only if that was known then', async () => {
  const redis = await startRedis();
  const [one, other] = [await connect(redis), await connect(redis)];
  const before = await one.ticket();
  const begun = one.values.moment;
  const keep = (key: string, ticket: Ticket, moment: number) =>
    one.values.keep(key, 1, MINUTE_MS, PRODUCTS, ticket, new Map([['stock', moment]]));
  keep('same', before, begun);
  keep('never', before, -1);
  await expect.poll(() => other.find('same')).toBe(1);
  const unchanged = [await other.find('same'), await other.find('never')];

  other.values.forget('stock');
  await expect.poll(() => one.ticket()).not.toBe(before);
  const after = await one.ticket();
  keep('old', after, begun);
  keep('new', after, one.values.moment);

  await expect.poll(() => other.find('new')).toBe(1);
  expect(unchanged).toEqual([1, undefined]);
  expect(await other.find('old')).toBeUndefined();
});

test('many values are found at once, each that is true', async () => {
  const redis = await startRedis();
  const one = await connect(redis);
  const values = ['a', 'b', 'c'].map((key) => ({ key, value: { key }, ttlMs: MINUTE_MS }));
  one.values.keepAll(values, PRODUCTS, await one.ticket());
  const findAll = async () => (await one.values.findAll(['c', 'x', 'a'], PRODUCTS, '')).values;
  await expect.poll(findAll).toEqual([{ key: 'c' }, undefined, { key: 'a' }]);

  const gone = [{ key: 'a', value: undefined, ttlMs: 1 }];
  one.values.keepAll(gone, PRODUCTS, await one.ticket());

  await expect.poll(findAll).toEqual([{ key: 'c' }, undefined, undefined]);
});
