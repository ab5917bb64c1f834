/**
 * Gateways of one Redis that need the same part at the same time: one asks, the others wait for it.
 * Real products, whose calls a test holds.
 */
import { expect, test } from 'vitest';
import { answerByStock, createCountingStock, idsOf } from '../../support/counting-stock.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';

const PATIENT = { timeout: 10_000, interval: 10 };
const COUNT = { query: 'mutation { count(pieces: 1) }' };
const SETTINGS = {
  ENTITY_CACHE_BYTES: '1000000',
  RESPONSE_CACHE_BYTES: '0',
  DEDUPLICATE_QUERIES: 'false',
  // However busy the machine is: who is not answered in time would ask for itself.
  REDIS_TIMEOUT_MS: '10000',
  REQUEST_TIMEOUT_MS: '60000',
};

type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

interface Started {
  readonly servers: readonly TestRedis[];
  readonly settings: Readonly<Record<string, string>>;
}

async function startOne(): Promise<Started> {
  const redis = await startRedis();
  return { servers: [redis], settings: { REDIS_URL: redis.url } };
}

async function startThree(): Promise<Started> {
  const { masters, settings } = await startRedisCluster();
  return { servers: masters, settings };
}

type Pieces = number | null;

async function pieces(gateway: Gateway, ids: readonly string[], headers = {}) {
  const query = `{ goods(ids: ${JSON.stringify(ids)}) { id pieces } }`;
  const { body } = await gateway.post({ query }, headers);
  return (body.data as { goods: { pieces: Pieces }[] }).goods.map((one) => one.pieces);
}

interface Wanted {
  readonly count?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly callers?: readonly Readonly<Record<string, string>>[];
  readonly lifetime?: string;
  readonly wrap?: (answer: AnswerCall) => AnswerCall;
}

/** So many gateways that have found Redis, know that the goods of `stock` may be kept, and keep one of them. */
async function serveSeveral(
  { servers, settings }: Started,
  { count = 2, settings: others = {}, lifetime, wrap = (answer) => answer }: Wanted = {},
) {
  const stock = createCountingStock();
  if (lifetime !== undefined) stock.lifetime = lifetime;
  const shared = { ...SETTINGS, ...settings, ...others };
  const first = await serveShop(wrap(answerByStock(stock)), shared);
  const rest = await Promise.all(Array.from({ length: count - 1 }, () => first.serveAnother()));
  for (const server of servers) {
    await expect
      .poll(async () => (await server.command('CLIENT', 'LIST')).split('name=meshgate').length)
      .toBe(1 + 2 * count);
  }
  const gateways: readonly Gateway[] = [first, ...rest];
  const ada = await first.caller({ sub: 'ada' });
  const ask = () => Promise.all(gateways.map((gateway) => pieces(gateway, ['0'], ada)));
  // An epoch that is new to a gateway makes it forget once, when it looks for changes, four times a second.
  let known: unknown = null;
  const isSettled = async () => {
    const before = known;
    known = JSON.stringify(await ask());
    return known === before;
  };
  await expect.poll(isSettled, { timeout: 20_000, interval: 600 }).toBe(true);
  first.calls.length = 0;
  /** Which entities each call to `stock` was for. */
  const asked = () =>
    first.calls.filter(({ query }) => query.includes('_entities')).map((call) => idsOf(call));
  /** Holds all calls to `stock` from now on. */
  const hold = () => {
    let resolve = () => {};
    stock.held = new Promise<void>((done) => {
      resolve = done;
    });
    return () => {
      stock.held = undefined;
      resolve();
    };
  };
  /** Until so many calls for entities have come. */
  const untilAsked = (calls: number) => expect.poll(() => asked().length, PATIENT).toBe(calls);
  /** Until what was sent before has been worked on. */
  const untilWaiting = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      for (const gateway of gateways) await gateway.post({ query: '{ good(id: "1") { name } }' });
    }
  };
  const caller = (sub: string) => first.caller({ sub });
  const [one, two] = gateways as [Gateway, Gateway];
  return { stock, gateways, one, two, ada, caller, asked, hold, untilAsked, untilWaiting };
}

test.each([
  ['one server', 2, startOne],
  ['a cluster', 3, startThree],
] as const)(
  'three hundred requests of ten operations that need one entity cause one call: %s',
  async (_, count, start) => {
    const { gateways, asked, hold, untilAsked, untilWaiting } = await serveSeveral(await start(), {
      count,
    });
    const release = hold();

    const answers = Array.from({ length: 300 }, async (_, index) => {
      const query = `query Q${index % 10} { goods(ids: ["1"]) { pieces } }`;
      const { body } = await (gateways[index % count] as Gateway).post({ query });
      return (body.data as { goods: { pieces: Pieces }[] }).goods[0]?.pieces;
    });
    await untilAsked(1);
    await untilWaiting();
    release();

    expect(new Set(await Promise.all(answers)).size).toBe(1);
    expect(asked()).toEqual([['1']]);
  },
  60_000,
);

test('of a call, what other gateways ask for is waited for and the rest asked for, in a circle too', async () => {
  const started = await serveSeveral(await startOne(), { count: 3 });
  const { gateways, asked, hold, untilAsked, untilWaiting } = started;
  const [one, two, three] = gateways as [Gateway, Gateway, Gateway];
  const saved = 'gateway_entity_cache_saved_calls_total{subgraph="stock",type="Good"}';
  const before = await three.metric(saved);
  const release = hold();
  const first = pieces(one, ['1', '2']);
  await untilAsked(1);
  const second = pieces(two, ['2', '3']);
  await untilAsked(2);
  const third = pieces(three, ['4', '3', '1']);
  await untilAsked(3);
  const fourth = pieces(one, ['4', '1']);
  await untilWaiting();
  release();

  const [a, b] = await first;
  const [, c] = await second;
  const [d] = await third;
  expect(await Promise.all([first, second, third, fourth])).toEqual([
    [a, b],
    [b, c],
    [d, c, a],
    [d, a],
  ]);
  expect(asked()).toEqual([['1', '2'], ['3'], ['4']]);
  expect(await three.metric(saved)).toBe(before);
});

test('what a call from the root asks for is waited for as well, though it is known from Redis alone', async () => {
  const started = await startOne();
  const { stock, one, two, hold, untilWaiting } = await serveSeveral(started);
  const ask = async (gateway: Gateway) => (await gateway.post({ query: '{ pieces }' })).body.data;
  const countKeys = async () =>
    (await (started.servers[0] as TestRedis).command('KEYS', '*')).split('\n').length;
  const keys = await countKeys();
  const made = await ask(one);
  await expect.poll(countKeys, PATIENT).toBe(keys + 1);
  expect(await ask(two)).toEqual(made);
  await one.post(COUNT);
  const parts = 'gateway_entity_cache_parts{subgraph="stock",type="Query"}';
  await expect.poll(() => two.metric(parts), PATIENT).not.toBe(1);
  const before = stock.number;
  const release = hold();
  const first = ask(one);
  await expect.poll(() => stock.number, PATIENT).toBe(before + 1);
  const second = ask(two);
  await untilWaiting();
  release();

  expect(await second).toEqual({ pieces: before + 1 });
  expect(await first).toEqual({ pieces: before + 1 });
});

test('a stale entity is made anew once for all gateways', async () => {
  const { stock, gateways, asked, hold, untilAsked, untilWaiting } = await serveSeveral(
    await startOne(),
    { count: 3 },
  );
  stock.lifetime = 'max-age=1, stale-while-revalidate=300, public';
  const old = await Promise.all(gateways.map((gateway) => pieces(gateway, ['1', '2'])));
  await expect.poll(() => Date.now(), PATIENT).toBeGreaterThan(Date.now() + 1000);
  stock.lifetime = 'max-age=300, public';
  const calls = asked().length;
  const release = hold();

  const given = await Promise.all(gateways.map((gateway) => pieces(gateway, ['1', '2'])));
  await untilAsked(calls + 1);
  await untilWaiting();
  release();

  expect(given).toEqual(old);
  for (const gateway of gateways) {
    await expect.poll(() => pieces(gateway, ['1', '2']), PATIENT).not.toEqual(old[0]);
  }
  expect(asked()).toHaveLength(calls + 1);
});

test('what is private is waited for by its own caller alone', async () => {
  const { one, two, ada, caller, hold, asked, untilAsked, untilWaiting } = await serveSeveral(
    await startOne(),
    { lifetime: 'max-age=300, private' },
  );
  const release = hold();
  const first = pieces(one, ['1'], ada);
  await untilAsked(1);
  const same = pieces(two, ['1'], ada);
  await untilWaiting();
  const other = pieces(two, ['1'], await caller('ben'));
  await untilAsked(2);
  release();

  expect(await same).toEqual(await first);
  expect(await other).not.toEqual(await first);
  expect(asked()).toHaveLength(2);
});

test.each(['no-cache', 'no-store'])('who says %s waits for no gateway', async (wish) => {
  const { one, two, hold, untilAsked } = await serveSeveral(await startOne());
  const release = hold();
  const first = pieces(one, ['1']);
  await untilAsked(1);
  const startedAt = performance.now();
  const second = pieces(two, ['1'], { 'cache-control': wish });
  await untilAsked(2);
  const waitedMs = performance.now() - startedAt;
  release();

  expect(await second).not.toEqual(await first);
  // Half of what it would have waited.
  expect(waitedMs).toBeLessThan(2000);
});

/** Two gateways, of which the second waits for what the first has begun and does not end. */
async function serveWaiting(wanted: Wanted = {}) {
  const started = await startOne();
  const served = await serveSeveral(started, wanted);
  const { one, two, stock, hold, untilAsked, untilWaiting } = served;
  const release = hold();
  const began = pieces(one, ['1']);
  await untilAsked(1);
  const startedAt = performance.now();
  const waiting = pieces(two, ['1']);
  await untilWaiting();
  stock.held = undefined;
  const elapsedMs = () => performance.now() - startedAt;
  return { ...served, redis: started.servers[0] as TestRedis, began, waiting, release, elapsedMs };
}

test('a lease that is not given back ends by itself, and who has waited asks', async () => {
  const { began, waiting, two, asked, release, elapsedMs } = await serveWaiting({
    // The wait is a quarter of it.
    settings: { REQUEST_TIMEOUT_MS: '12000' },
  });

  const own = await waiting;
  const waitedMs = elapsedMs();
  const next = await pieces(two, ['1']);
  release();

  expect(asked()).toEqual([['1'], ['1']]);
  expect(own).toEqual([expect.any(Number)]);
  expect(own).not.toEqual(await began);
  expect(next).toEqual(own);
  expect([waitedMs > 2000, waitedMs < 9000]).toEqual([true, true]);
});

test('after a call that has failed, one of the gateways that wait asks', async () => {
  let isWrong = false;
  const { began, waiting, asked, release, gateways, untilWaiting, hold, untilAsked } =
    await serveWaiting({
      count: 3,
      wrap: (answer) => async (call) => {
        const given = await answer(call);
        if (!call.query.includes('_entities') || !isWrong) return given;
        isWrong = false;
        const errors = [{ message: 'no', path: ['_entities', 0] }];
        return { ...given, data: { _entities: [null] }, errors };
      },
    });
  const third = pieces(gateways[2] as Gateway, ['1']);
  await untilWaiting();
  isWrong = true;
  release();
  const releaseNext = hold();
  await untilAsked(2);
  await untilWaiting();
  releaseNext();

  expect(await began).toEqual([null]);
  expect(await waiting).toEqual([expect.any(Number)]);
  expect(await third).toEqual(await waiting);
  expect(asked()).toEqual([['1'], ['1']]);
});

test('when the request that asked has gone, a gateway that waits asks', async () => {
  const served = await serveSeveral(await startOne());
  const { one, two, asked, hold, untilAsked, untilWaiting } = served;
  hold();
  const client = new AbortController();
  const gone = fetch(`${(one as Gateway & { url: string }).url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ goods(ids: ["1"]) { id pieces } }' }),
    signal: client.signal,
  });
  await untilAsked(1);
  const waiting = pieces(two, ['1']);
  await untilWaiting();
  const release = hold();
  const goneAt = performance.now();
  client.abort();
  await expect(gone).rejects.toThrow();
  await untilAsked(2);
  const waitedMs = performance.now() - goneAt;
  release();

  expect(await waiting).toEqual([expect.any(Number)]);
  expect(asked()).toEqual([['1'], ['1']]);
  // Before the lease would have ended by itself.
  expect(waitedMs).toBeLessThan(2000);
});

test.each<[string, (redis: TestRedis) => unknown]>([
  ['ends', (redis) => redis.kill()],
  ['does not answer any more', (redis) => redis.freeze()],
])('who waits for a gateway asks for itself when Redis %s', async (_, stop) => {
  const { redis, began, waiting, asked, release, elapsedMs } = await serveWaiting({
    settings: { REDIS_TIMEOUT_MS: '200' },
  });

  await stop(redis);
  const own = await waiting;
  const waitedMs = elapsedMs();
  release();

  expect(own).not.toEqual(await began);
  expect(asked()).toEqual([['1'], ['1']]);
  expect(waitedMs).toBeLessThan(4000);
});

test('what was begun before a change is not waited for after it', async () => {
  const { one, two, began, waiting, asked, release, elapsedMs } = await serveWaiting();
  await one.post(COUNT);

  const own = await waiting;
  const waitedMs = elapsedMs();
  const after = await pieces(one, ['1']);
  release();

  expect(own).not.toEqual(await began);
  expect([after, await pieces(two, ['1'])]).toEqual([own, own]);
  expect(asked()).toEqual([['1'], ['1']]);
  expect(waitedMs).toBeLessThan(4000);
});

test('leases are taken with the look, and all of a call given back at once', async () => {
  const { servers, settings } = await startOne();
  const { one } = await serveSeveral({ servers, settings });
  const [redis] = servers as [TestRedis];
  await redis.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '10000');
  await pieces(one, ['1', '2', '3', '4']);
  const leases = async () => (await redis.command('KEYS', '*:leases')).trim();
  await expect.poll(leases, PATIENT).toBe('');

  const log = await redis.command('SLOWLOG', 'GET', '10000');
  const scripts = [...log.matchAll(/^evalsha\n\w+\n(\d+)\n([^\n]+)/gim)];
  const counts = scripts.map(([, keys]) => Number(keys));
  // Without looks for changes, which have two keys: of the root, which may not be kept; the epochs, the leases, and four entities; the epochs and these four.
  expect(counts.filter((keys) => keys > 2).sort()).toEqual([3, 5, 6]);
  expect(scripts.filter(([, , key]) => key?.endsWith(':leases'))).toHaveLength(1);
});
