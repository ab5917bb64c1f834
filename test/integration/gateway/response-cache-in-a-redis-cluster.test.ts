/**
 * Answers that gateways share through a Redis Cluster. Two gateways over the same products, three
 * real servers, and with a replica each where one fails over.
 */
import { expect, test } from 'vitest';
import { spreadTags, toSlot } from '../../../shared/redis/key-slot.ts';
import { createCountingShop } from '../../support/counting-shop.ts';
import { startRedisCluster, type TestRedisCluster } from '../../support/redis-cluster.ts';
import { serveShop } from '../../support/serve-shop.ts';
import { prepareSlotMove } from '../../support/slot-move.ts';

const PATIENT = { timeout: 20_000, interval: 50 };
const RENAME = { query: 'mutation { rename(id: "1", to: "x") }' };
const toGood = (id: number) => ({ query: `{ good(id: "${id}") { name } }` });

type Gateway = Pick<Awaited<ReturnType<typeof serveShop>>, 'post' | 'metric'>;

const ask = async (gateway: Gateway, body: object, headers = {}) =>
  JSON.stringify((await gateway.post(body, headers)).body.data);

const IDS = Array.from({ length: 40 }, (_, index) => index);
const ANSWERS = 'meshgate:{answers-*}:*';

/** One after the other, so that nothing waits for anything but Redis. */
async function askMany(gateway: Gateway, headers = {}): Promise<readonly string[]> {
  const names: string[] = [];
  for (const id of IDS) names.push(await ask(gateway, toGood(id), headers));
  return names;
}

/** Answers of calls up to this one, of all that are given now. */
async function findStale(gateway: Gateway, call: number): Promise<readonly string[]> {
  const names = await askMany(gateway);
  return names.filter((name) => Number(/name (\d+)/.exec(name)?.[1]) <= call);
}

const countShared = (gateway: Gateway) =>
  gateway.metric('gateway_response_cache_lookups_total{state="shared_hit"}');

/** Two gateways to which every server answers. */
async function serveTwo(
  cluster: TestRedisCluster,
  settings: Readonly<Record<string, string>> = {},
) {
  const first = await serveShop(createCountingShop(), { ...cluster.settings, ...settings });
  const second = await first.serveAnother();
  for (const master of cluster.masters) {
    await expect
      .poll(async () => (await master.command('CLIENT', 'LIST')).split('name=meshgate').length)
      .toBe(5);
  }
  return { first, second };
}

/**
 * Asks until Redis holds every answer: it is not waited for, and a gateway forgets once what it has
 * never seen an epoch of.
 */
async function share(cluster: TestRedisCluster, gateway: Gateway): Promise<void> {
  const count = async () => {
    await askMany(gateway, { 'cache-control': 'no-cache' });
    const keys = await cluster.keys(ANSWERS);
    return keys.filter((key) => !/:(epochs|changes)$/.test(key)).length;
  };
  await expect.poll(count, PATIENT).toBe(IDS.length);
}

test('answers of one gateway are given by another, and lie on all servers', async () => {
  const cluster = await startRedisCluster();
  const { first, second } = await serveTwo(cluster);
  await share(cluster, first);

  await askMany(second);

  expect(await countShared(second)).toBeGreaterThan(IDS.length / 2);
  for (const master of cluster.masters) {
    expect((await master.command('KEYS', ANSWERS)).trim().split('\n').length).toBeGreaterThan(4);
  }
});

test('a mutation makes the other gateway forget, wherever the answers lie', async () => {
  const cluster = await startRedisCluster();
  const { first, second } = await serveTwo(cluster);
  await share(cluster, first);
  await askMany(second);

  await first.post(RENAME);

  const call = first.calls.length;
  await expect.poll(() => findStale(second, call), PATIENT).toEqual([]);
});

test('without one server its part of the answers is made by each gateway, and none is stale', async () => {
  const cluster = await startRedisCluster();
  const { first, second } = await serveTwo(cluster);
  await share(cluster, first);
  await askMany(second);
  await cluster.masters[1]?.kill();

  await first.post(RENAME);
  const call = first.calls.length;
  const startedAt = performance.now();
  const stale = await findStale(first, call);
  const tookMs = performance.now() - startedAt;

  expect(stale).toEqual([]);
  expect(tookMs).toBeLessThan(5000);
  await expect.poll(() => findStale(second, call), PATIENT).toEqual([]);
  // The rest of the cluster still shares.
  expect(await countShared(second)).toBeGreaterThan(0);
});

test('after a fail-over answers are shared again, and none from before a change comes back', async () => {
  const cluster = await startRedisCluster(1);
  const { first, second } = await serveTwo(cluster);
  await share(cluster, first);
  const [lost, heir] = [cluster.masters[0], cluster.replicas[0]];

  await lost?.kill();
  await first.post(RENAME);
  const call = first.calls.length;
  await expect.poll(() => heir?.command('ROLE'), PATIENT).toMatch(/^master/);

  // Until both have found the heir, and one gives what the other has put there.
  const countNew = async () => {
    expect(await findStale(first, call)).toEqual([]);
    const [before] = [await countShared(second)];
    await askMany(second);
    const keys = (await heir?.command('KEYS', ANSWERS))?.trim().split('\n').length ?? 0;
    return keys > 4 && (await countShared(second)) > before;
  };
  await expect.poll(countNew, PATIENT).toBe(true);
  expect(await findStale(second, call)).toEqual([]);
}, 60_000);

test('a server that does not answer costs a few time limits and no more', async () => {
  const cluster = await startRedisCluster();
  const { first } = await serveTwo(cluster);
  await askMany(first);
  cluster.masters[2]?.freeze();

  const startedAt = performance.now();
  for (let id = 100; id < 300; id += 1) await ask(first, toGood(id));
  const seconds = (performance.now() - startedAt) / 1000;
  cluster.masters[2]?.thaw();

  // A third of the requests, a time limit each, would be more than three seconds.
  expect(seconds).toBeLessThan(2.5);
});

test('a rate limit is counted once for both gateways', async () => {
  const cluster = await startRedisCluster();
  const { first, second } = await serveTwo(cluster, {
    RATE_LIMIT_REQUESTS: '10',
    RATE_LIMIT_WINDOW_SECONDS: '3600',
  });
  const statuses: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    statuses.push(
      (await first.post(toGood(round))).status,
      (await second.post(toGood(round))).status,
    );
  }

  expect(statuses.filter((status) => status === 200)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
});

test('while slots move from one server to another requests go on, none is given what is old, and then all share again', async () => {
  const cluster = await startRedisCluster();
  const { first, second } = await serveTwo(cluster);
  await share(cluster, first);
  await askMany(second);
  const [from, to] = cluster.masters;
  if (from === undefined || to === undefined) throw new Error('there are always three');
  const tags = spreadTags('answers', 16).filter((tag) => cluster.masterOf(`{${tag}}`) === from);
  const slots = tags.map((tag) => toSlot(`{${tag}}`));
  const move = await prepareSlotMove(slots, [from, to], cluster.masters);
  const change = async () => {
    await first.post(RENAME);
    const call = first.calls.length;
    expect(await findStale(first, call)).toEqual([]);
    await expect.poll(() => findStale(second, call), PATIENT).toEqual([]);
  };

  await move.begin();
  await change();
  // The epochs are there already, and the answers are not.
  await move.moveKeys(/:epochs$/);
  await change();
  await Promise.all([move.moveKeys(/./), askMany(first), askMany(second)]);
  await change();
  await move.end();
  await change();

  const countNew = async () => {
    const before = await countShared(second);
    await askMany(first, { 'cache-control': 'no-cache' });
    await first.post(RENAME);
    await askMany(first);
    await askMany(second);
    const keys = await to.command('KEYS', `meshgate:{${tags[0]}}:*`);
    return (await countShared(second)) > before && keys.trim().split('\n').length > 1;
  };
  await expect.poll(countNew, PATIENT).toBe(true);
  await change();
  const moved = 'gateway_redis_errors_total{use="answers",kind="moved"}';
  expect(await first.metric(moved)).toBeGreaterThan(0);
  expect(await first.metric('gateway_redis_errors_total{use="answers",kind="refused"}')).toBe(0);
}, 60_000);
