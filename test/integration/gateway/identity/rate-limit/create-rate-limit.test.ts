import { expect, onTestFinished, test } from 'vitest';
import type { FixtureSubgraph } from '../../../../support/federation-fixture.ts';
import { startRedis } from '../../../../support/redis.ts';
import { serveFederation } from '../../../../support/serve-federation.ts';

const CLOCK: FixtureSubgraph = {
  name: 'clock',
  sdl: 'type Query { hour: Int! }',
  resolvers: { Query: { hour: () => 12 } },
};

type Gateway = Awaited<ReturnType<typeof serveFederation>>;

/** A window so long that no token comes back during a test. */
const serve = (requests: number, settings: Readonly<Record<string, string>> = {}) =>
  serveFederation([CLOCK], {
    RATE_LIMIT_REQUESTS: `${requests}`,
    RATE_LIMIT_WINDOW_SECONDS: '86400',
    ...settings,
  });

const ask = async (gateway: Gateway, token?: string): Promise<number> => {
  const given: [string, string][] =
    token === undefined ? [] : [['authorization', `Bearer ${token}`]];
  const { status } = await gateway.post({ query: '{ hour }' }, Object.fromEntries(given));
  return status;
};

/** Asks one after the other, in turn. */
async function askInTurn(gateways: readonly Gateway[], times: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let asked = 0; asked < times; asked += 1) {
    for (const gateway of gateways) statuses.push(await ask(gateway));
  }
  return statuses;
}

/** Asks until an answer needed Redis and got it, which the metrics tell. */
async function untilShared(gateway: Gateway): Promise<void> {
  const failures = async () => {
    const page = await (await fetch(`${gateway.url}/metrics`)).text();
    return /^gateway_redis_failures_total (\d+)$/m.exec(page)?.[1];
  };
  for (;;) {
    const before = await failures();
    await ask(gateway, await gateway.token({ sub: 'prober' }));
    if ((await failures()) === before) return;
  }
}

test('a request over the limit is refused with the time to wait, and no subgraph is asked', async () => {
  const gateway = await serve(2, { RATE_LIMIT_WINDOW_SECONDS: '60' });
  await askInTurn([gateway], 2);

  const { status, headers, body } = await gateway.post({ query: '{ hour }' });

  expect(status).toBe(429);
  expect(body).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'RATE_LIMITED' } }],
  });
  expect(headers.get('ratelimit-policy')).toBe('"caller";q=2;w=60');
  const wait = Number(headers.get('retry-after'));
  expect(wait).toBeGreaterThanOrEqual(29);
  expect(wait).toBeLessThanOrEqual(30);
  expect(headers.get('ratelimit')).toBe(`"caller";r=0;t=${wait}`);
  expect(gateway.received).toHaveLength(2);
});

test('refusals are counted under their status and their code', async () => {
  const gateway = await serve(1);
  await askInTurn([gateway], 3);

  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();

  expect(metrics).toContain('gateway_requests_total{status="429"} 2');
  expect(metrics).toContain('gateway_errors_total{code="RATE_LIMITED"} 2');
});

test('each caller has a limit of its own, and refused credentials are no way around it', async () => {
  const gateway = await serve(1);
  const [ada, bob] = [await gateway.token({ sub: 'ada' }), await gateway.token({ sub: 'bob' })];

  const statuses = [
    ...[await ask(gateway, ada), await ask(gateway, ada), await ask(gateway, bob)],
    ...[await ask(gateway, 'guess-1'), await ask(gateway, 'guess-2')],
  ];

  expect(statuses).toEqual([200, 429, 200, 401, 429]);
});

test('two gateways share one limit, to the last of many requests at once', async () => {
  const { url: REDIS_URL } = await startRedis();
  const [one, two] = [await serve(20, { REDIS_URL }), await serve(20, { REDIS_URL })];
  await Promise.all([one, two].map(untilShared));

  const statuses = await Promise.all(
    Array.from({ length: 30 }, (_, index) => ask(index % 2 === 0 ? one : two)),
  );

  expect(statuses.toSorted()).toEqual([...Array(20).fill(200), ...Array(10).fill(429)]);
});

test('what is counted in Redis names nobody and expires', async () => {
  const redis = await startRedis();
  const gateway = await serve(5, { REDIS_URL: redis.url, RATE_LIMIT_WINDOW_SECONDS: '60' });
  await untilShared(gateway);
  await ask(gateway);

  const keys = (await redis.command('KEYS', 'meshgate:rate:*')).trim().split('\n');
  const lifetimes = await Promise.all(keys.map((key) => redis.command('PTTL', key)));

  expect(keys).toEqual(keys.map(() => expect.stringMatching(/^meshgate:rate:[\w-]{43}$/)));
  expect(keys).toHaveLength(2);
  expect(lifetimes.map(Number).every((left) => left > 0 && left <= 60_000)).toBe(true);
});

test('when Redis dies requests go on and each gateway holds the limit alone; when it is back they share again', async () => {
  const redis = await startRedis();
  const settings = { REDIS_URL: redis.url };
  const [one, two] = [await serve(2, settings), await serve(2, settings)];
  await Promise.all([one, two].map(untilShared));
  expect(await askInTurn([one, two], 2)).toEqual([200, 200, 429, 429]);

  await redis.kill();
  expect(await askInTurn([one, two], 3)).toEqual([200, 200, 200, 200, 429, 429]);

  await redis.restart();
  await Promise.all([one, two].map(untilShared));
  expect(await askInTurn([one, two], 2)).toEqual([200, 200, 429, 429]);
});

test('a Redis that hangs delays a few requests and fails none', async () => {
  const redis = await startRedis();
  const gateway = await serve(1000, { REDIS_URL: redis.url });
  await untilShared(gateway);
  redis.freeze();
  onTestFinished(() => redis.thaw());

  const startedAt = performance.now();
  const statuses = await askInTurn([gateway], 50);

  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('a gateway that cannot listen keeps no connection to Redis', async () => {
  const redis = await startRedis();
  const { url } = await serve(1);

  const second = serve(1, { PORT: new URL(url).port, REDIS_URL: redis.url });

  await expect(second).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  // By the time that another process was answered, a connection that was left behind is made.
  await redis.command('PING');
  expect(await redis.command('CLIENT', 'LIST')).not.toContain('name=meshgate');
});
