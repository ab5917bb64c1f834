/**
 * Answers that gateways share through a Redis that sentinels watch. Two gateways over the same products,
 * a real master with a replica, and three real sentinels.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createCountingShop } from '../../support/counting-shop.ts';
import { findFreePorts } from '../../support/free-ports.ts';
import { startRedis, startSentinel, type TestRedis } from '../../support/redis.ts';
import { startWatchedRedis } from '../../support/redis-sentinels.ts';
import { serveShop } from '../../support/serve-shop.ts';
import { writeFolder } from '../../support/write-folder.ts';

const PATIENT = { timeout: 30_000, interval: 50 };
const PLAIN = { name: 'mymaster', certificate: null, password: null };
const NAME = { query: '{ good(id: "1") { name } }' };
const RENAME = { query: 'mutation { rename(id: "1", to: "x") }' };

type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

/** In which call the name was read. */
async function ask(gateway: Gateway, headers = {}): Promise<number> {
  const { body } = await gateway.post(NAME, headers);
  return Number(/name (\d+)/.exec(JSON.stringify(body.data))?.[1]);
}

/** Until the second gives what the first has put into Redis. */
async function untilTheyShare(first: Gateway, second: Gateway): Promise<void> {
  const count = () => second.metric('gateway_response_cache_lookups_total{state="shared_hit"}');
  const before = await count();
  await expect
    .poll(async () => {
      await first.post(RENAME);
      await ask(first);
      await ask(second);
      return count();
    }, PATIENT)
    .toBeGreaterThan(before);
}

async function serveTwo(settings: Readonly<Record<string, string>>) {
  const first = await serveShop(createCountingShop(), settings);
  const second = await first.serveAnother();
  await untilTheyShare(first, second);
  /** Says that the goods have changed, and that nothing from before is given. */
  const change = async () => {
    await first.post(RENAME);
    const call = first.calls.length;
    expect(await ask(first)).toBeGreaterThan(call);
    await expect.poll(() => ask(second), PATIENT).toBeGreaterThan(call);
  };
  return { first, second, change };
}

test.each<[string, (master: TestRedis) => unknown, (master: TestRedis) => unknown]>([
  ['is killed', (master) => master.kill(), (master) => master.restart()],
  ['is cut off', (master) => master.freeze(), (master) => master.thaw()],
])(
  'after a master that %s and comes back, answers are shared through its heir, and none from before a change is given',
  async (_, lose, bringBack) => {
    const { master, replica, settings } = await startWatchedRedis(PLAIN);
    const { first, second, change } = await serveTwo(settings);
    await ask(first, { 'cache-control': 'no-cache' });
    await ask(second);

    await lose(master);
    await change();
    await expect.poll(() => replica.command('ROLE'), PATIENT).toMatch(/^master/);
    await untilTheyShare(first, second);
    await change();
    await bringBack(master);
    await change();
    await expect.poll(() => master.command('ROLE'), PATIENT).toMatch(/^slave/);

    await untilTheyShare(first, second);
    await change();
    expect(await replica.command('CLIENT', 'LIST')).toContain('name=meshgate');
    expect(await first.metric('gateway_redis_servers{use="answers",state="up"}')).toBe(1);
  },
  90_000,
);

test('one sentinel that does not answer, and one that is gone, hold up nothing', async () => {
  const { sentinels, settings, master } = await startWatchedRedis(PLAIN);
  sentinels[0]?.freeze();
  await sentinels[1]?.kill();

  const { change } = await serveTwo(settings);

  await change();
  expect(await master.command('CLIENT', 'LIST')).toContain('name=meshgate');
}, 60_000);

test('a sentinel that names another server than most do is not believed', async () => {
  const { settings, master } = await startWatchedRedis(PLAIN);
  const stray = await startRedis();
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const port = await findFreePorts(1);
  const file = join(folder.path, 'sentinel.conf');
  const monitor = `sentinel monitor ${PLAIN.name} 127.0.0.1 ${stray.port} 1`;
  await writeFile(file, `port ${port}\nbind 127.0.0.1\ndir ${folder.path}\n${monitor}\n`);
  await startSentinel(port, file);

  await serveTwo({
    ...settings,
    REDIS_SENTINELS: `127.0.0.1:${port},${settings.REDIS_SENTINELS}`,
  });

  const connections = async (redis: TestRedis) =>
    (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length - 1;
  await expect.poll(() => Promise.all([master, stray].map(connections)), PATIENT).toEqual([4, 0]);
});

test('without sentinels and with a name that they do not know, requests go on, each gateway alone', async () => {
  const { sentinels, settings } = await startWatchedRedis(PLAIN);
  const first = await serveShop(createCountingShop(), {
    ...settings,
    REDIS_SENTINEL_NAME: 'other',
  });
  const second = await first.serveAnother();
  const apart = [await ask(first), await ask(second)];
  for (const sentinel of sentinels) await sentinel.kill();

  expect(apart).toEqual([1, 2]);
  expect([await ask(first), await ask(second)]).toEqual([1, 2]);
  const away = 'gateway_redis_servers{use="answers",state="away"}';
  expect(await first.metric(away)).toBe(1);
});
