/**
 * Gateways of one Redis that need the same answer at the same time: one asks, the others wait for it.
 */
import { expect, test } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { type ShopAnswer, serveShop } from '../../support/serve-shop.ts';

const NAME = { query: '{ good(id: "1") { name } }' };
const OTHER = { query: '{ good(id: "2") { name } }' };
const RENAME = { query: 'mutation { rename(id: "1", to: "x") }' };

type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

const ask = async (gateway: Gateway, body: object = NAME) => {
  const { data } = (await gateway.post(body)).body as { data?: { good?: { name?: string } } };
  return data?.good?.name;
};

const toAnswer = (name: string, cacheControl: string): ShopAnswer => ({
  data: { good: { __typename: 'Good', id: '1', name }, rename: name },
  headers: { 'cache-control': cacheControl },
});

/** A product whose answers live as long as the test says, and come when it says so. */
function createProduct() {
  const held: ((answer: ShopAnswer) => void)[] = [];
  const product = {
    held,
    isHolding: false,
    cacheControl: 'max-age=300, public',
    calls: 0,
    answer: async (): Promise<ShopAnswer> => {
      product.calls += 1;
      const answer = toAnswer(`name ${product.calls}`, product.cacheControl);
      if (product.isHolding) return new Promise((resolve) => void held.push(resolve));
      return answer;
    },
    land: (name: string) => held.shift()?.(toAnswer(name, product.cacheControl)),
    /** Until so many calls wait for their answers. */
    heldCalls: (count: number) => expect.poll(() => held.length, PATIENT).toBe(count),
  };
  return product;
}

const PATIENT = { timeout: 5000, interval: 10 };

/** So many gateways that have found Redis, know every epoch and that the answer is public, and do not have it. */
async function serveSeveral(
  { servers, settings }: Started,
  count: number,
  product: ReturnType<typeof createProduct>,
) {
  // However busy the machine is: who is not answered in time would ask for itself.
  const patient = { REDIS_TIMEOUT_MS: '10000', REQUEST_TIMEOUT_MS: '60000' };
  const first = await serveShop(product.answer, { ...patient, ...settings });
  const others = await Promise.all(Array.from({ length: count - 1 }, () => first.serveAnother()));
  for (const server of servers) {
    await expect
      .poll(async () => (await server.command('CLIENT', 'LIST')).split('name=meshgate').length)
      .toBe(1 + 2 * count);
  }
  const gateways: readonly Gateway[] = [first, ...others];
  for (const gateway of gateways) await ask(gateway);
  const known = await Promise.all(gateways.map((gateway) => ask(gateway, OTHER)));
  await first.post(RENAME);
  for (const [index, gateway] of gateways.entries()) {
    await expect.poll(() => ask(gateway, OTHER), PATIENT).not.toBe(known[index]);
  }
  // A gateway forgets once more when it looks for the first time what has changed, four times a second.
  let settled: unknown = null;
  const isSettled = async () => {
    const before = settled;
    settled = JSON.stringify(await Promise.all(gateways.map((gateway) => ask(gateway, OTHER))));
    return settled === before;
  };
  await expect.poll(isSettled, { timeout: 20_000, interval: 600 }).toBe(true);
  return gateways;
}

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

const until = (moment: number) =>
  expect.poll(() => Date.now(), { timeout: 5000, interval: 10 }).toBeGreaterThan(moment);

test.each([
  ['one server', 2, startOne],
  ['a cluster', 3, startThree],
] as const)(
  '2,000 requests for an answer that has just ended cause one call: %s',
  async (_, count, start) => {
    const product = createProduct();
    const gateways = await serveSeveral(await start(), count, product);
    product.cacheControl = 'max-age=1, public';
    for (const gateway of gateways) await ask(gateway);
    await until(Date.now() + 1000);
    product.cacheControl = 'max-age=300, public';
    const before = product.calls;

    const names = await Promise.all(
      Array.from({ length: 2000 }, (_, index) => ask(gateways[index % count] as Gateway)),
    );

    expect(product.calls - before).toBe(1);
    expect(new Set(names)).toEqual(new Set([`name ${before + 1}`]));
  },
  60_000,
);

test('a stale answer is refreshed once for all gateways', async () => {
  const product = createProduct();
  const gateways = await serveSeveral(await startOne(), 3, product);
  product.cacheControl = 'max-age=1, stale-while-revalidate=300, public';
  for (const gateway of gateways) await ask(gateway);
  const old = `name ${product.calls}`;
  await until(Date.now() + 1000);
  product.cacheControl = 'max-age=300, public';
  product.isHolding = true;

  const given = await Promise.all(gateways.map((gateway) => ask(gateway)));
  await product.heldCalls(1);
  product.land('new');

  expect(given).toEqual([old, old, old]);
  for (const gateway of gateways) await expect.poll(() => ask(gateway), PATIENT).toBe('new');
  expect(product.held).toEqual([]);
});

/** Two gateways, of which the second waits for what the first has begun. */
async function serveWaiting(settings: Readonly<Record<string, string>> = {}) {
  const product = createProduct();
  const { servers, settings: own } = await startOne();
  const started = { servers, settings: { ...own, ...settings } };
  const [first, second] = (await serveSeveral(started, 2, product)) as [Gateway, Gateway];
  product.isHolding = true;
  const began = ask(first);
  await product.heldCalls(1);
  const waiting = ask(second);
  return { ...product, product, redis: servers[0] as TestRedis, began, waiting, first, second };
}

test('who waits is given what the other has made', async () => {
  const { product, land, began, waiting } = await serveWaiting();
  const before = product.calls;

  land('made');

  expect([await began, await waiting]).toEqual(['made', 'made']);
  expect(product.calls).toBe(before);
});

test('who has waited for long asks for itself', async () => {
  const { land, heldCalls, held, began, waiting } = await serveWaiting({
    REQUEST_TIMEOUT_MS: '8000',
  });

  await heldCalls(2);

  held.reverse();
  land('own');
  expect(await waiting).toBe('own');
  land('late');
  expect(await began).toBe('late');
});

test('who waits asks for itself once the other has failed', async () => {
  const { held, land, heldCalls, began, waiting } = await serveWaiting();

  held.shift()?.({ data: null, errors: [{ message: 'no' }] });
  await heldCalls(1);
  land('own');

  expect([await began, await waiting]).toEqual([undefined, 'own']);
});

test.each<[string, (redis: TestRedis) => unknown]>([
  ['ends', (redis) => redis.kill()],
  ['does not answer any more', (redis) => redis.freeze()],
])('who waits asks for itself when Redis %s', async (_, stop) => {
  const { redis, held, land, heldCalls, began, waiting } = await serveWaiting({
    REDIS_TIMEOUT_MS: '200',
  });

  await stop(redis);
  await heldCalls(2);

  held.reverse();
  land('own');
  expect(await waiting).toBe('own');
  land('late');
  expect(await began).toBe('late');
});

test('what was begun before a change is not waited for after it', async () => {
  const { product, held, land, heldCalls, began, waiting, first } = await serveWaiting();
  const startedAt = performance.now();
  const mutation = first.post(RENAME);
  await heldCalls(2);
  product.isHolding = false;
  held.reverse();
  land('renamed');
  await mutation;

  expect(await waiting).toMatch(/^name /);

  // Half of what it would have waited.
  expect(performance.now() - startedAt).toBeLessThan(2000);
  land('old');
  expect(await began).toBe('old');
});
