/**
 * Entities that gateways share through a Redis that is full or slow. Two gateways over the same products,
 * one real Redis.
 */
import { expect, test } from 'vitest';
import { startRedis } from '../../support/redis.ts';
import { startRedisDetour } from '../../support/redis-detour.ts';
import {
  COUNT,
  countLookups,
  type Gateway,
  listKeys,
  PATIENT,
  pieces,
  serveTwo,
  untilShared,
} from '../../support/two-stock-gateways.ts';

/** Until the second gives what the first has asked for, each time another entity. */
async function untilTheyShare(first: Gateway, second: Gateway): Promise<void> {
  const before = await countLookups(second, 'shared_hit');
  let id = 1000;
  await expect
    .poll(async () => {
      id += 1;
      await pieces(first, [`${id}`]);
      await pieces(second, [`${id}`]);
      return countLookups(second, 'shared_hit');
    }, PATIENT)
    .toBeGreaterThan(before);
}

test('a Redis that is full gives the parts it has, takes none, still forgets, and is used again when there is room', async () => {
  const redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  const { first, second, asked } = await serveTwo(redis);
  const before = await pieces(first, ['1', '2']);
  await untilShared(redis, 2);
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');

  const given = await pieces(second, ['1', '2', '3']);
  await first.post(COUNT);
  const after = await pieces(first, ['1', '2']);

  expect(given.slice(0, 2)).toEqual(before);
  expect(asked()).toEqual([['1', '2'], ['3'], ['1', '2']]);
  expect(after).not.toEqual(before);
  await expect.poll(() => pieces(second, ['1', '2']), PATIENT).not.toEqual(before);
  expect(await listKeys(redis)).toHaveLength(2);
  const full = 'gateway_redis_errors_total{use="answers",kind="full"}';
  expect(await second.metric(full)).toBeGreaterThan(0);

  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await untilTheyShare(first, second);
});

test('of a Redis that is slow a few requests wait for the time limit, none is given what is old, and it is used again when it is fast', async () => {
  const redis = await startRedis();
  const detour = await startRedisDetour(redis);
  const { first, second } = await serveTwo(
    { url: detour.url, command: redis.command },
    { REDIS_TIMEOUT_MS: '100' },
  );
  await untilTheyShare(first, second);
  const before = await pieces(first, ['1']);
  await pieces(second, ['1']);
  detour.delayMs = 250;

  const startedAt = performance.now();
  for (let id = 100; id < 300; id += 1) await pieces(first, [`${id}`]);
  const seconds = (performance.now() - startedAt) / 1000;
  await first.post(COUNT);
  const after = await pieces(first, ['1']);
  detour.delayMs = 0;

  // Two hundred time limits would be twenty seconds.
  expect(seconds).toBeLessThan(10);
  expect(after).not.toEqual(before);
  await expect.poll(() => pieces(second, ['1']), PATIENT).not.toEqual(before);
  expect(
    await first.metric('gateway_redis_errors_total{use="answers",kind="late"}'),
  ).toBeGreaterThan(0);
  await untilTheyShare(first, second);
  expect(await pieces(first, ['1'])).not.toEqual(before);
});
