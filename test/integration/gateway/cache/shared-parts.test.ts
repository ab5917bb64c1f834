import { expect, onTestFinished, test } from 'vitest';
import { type SharedPart, SharedParts } from '../../../../gateway/cache/parts/shared-parts.ts';
import type { Lifetime } from '../../../../gateway/cache/read-lifetime.ts';
import { createSealValue } from '../../../../gateway/cache/shared/seal-value.ts';
import { SharedValues } from '../../../../gateway/cache/shared/shared-values.ts';
import { createRedis } from '../../../../shared/redis/create-redis.ts';
import { createLogger } from '../../../../shared/telemetry/create-logger.ts';
import { startRedis } from '../../../support/redis.ts';

const PLACE = { product: 'stock', place: 'place' };
const NOW_MS = 1_000_000;
const LIFETIME: Lifetime = {
  scope: 'public',
  freshSeconds: 60,
  staleWhileRevalidateSeconds: 0,
  staleIfErrorSeconds: 0,
};
const PART: SharedPart = {
  ...{ cameAtMs: NOW_MS, freshUntilMs: NOW_MS + 60_000, lifetime: LIFETIME, isMissing: false },
  ...{ plain: { pieces: 1 }, isForAll: true },
};

async function start() {
  const redis = await startRedis();
  const log = createLogger({ level: 'silent', name: 'test' });
  const connection = createRedis({
    ...{ url: redis.url, log, connectTimeoutMs: 1000, commandTimeoutMs: 1000 },
  });
  onTestFinished(() => connection.close());
  const doors = { redis: connection, sealValue: createSealValue([]), scope: '', onFailure() {} };
  const values = new SharedValues(doors);
  const parts = new SharedParts(values, () => NOW_MS, false);
  const ticket = async () => (await parts.find(PLACE, [], [])).ticket;
  await expect.poll(ticket, { timeout: 10_000, interval: 5 }).not.toBeNull();
  let puts = 0;
  /** Puts parts there, and one more, until that is found. */
  const put = async (caller: string | null, all: Readonly<Record<string, SharedPart>>) => {
    puts += 1;
    const last = `last ${puts}`;
    const listed = Object.entries({ ...all, [last]: PART });
    parts.put(
      PLACE,
      caller,
      listed.map(([text, part]) => ({ text, part })),
      await ticket(),
    );
    await expect
      .poll(async () => (await parts.find(PLACE, [caller], [last])).parts, { interval: 5 })
      .not.toEqual([undefined]);
  };
  return { values, parts, ticket, put };
}

test('a part is found as it was put there, by its text alone', async () => {
  const { parts, put } = await start();
  await put(null, { a: PART });

  const found = await parts.find(PLACE, [null], ['b', 'a']);
  const elsewhere = await parts.find({ ...PLACE, place: 'other' }, [null], ['a']);
  const own = await parts.find(PLACE, ['ada'], ['a']);

  expect(found.parts).toEqual([undefined, PART]);
  expect([elsewhere.parts, own.parts]).toEqual([[undefined], [undefined]]);
});

test('what is for a caller alone comes before what is for all, which goes with it', async () => {
  const { parts, put } = await start();
  const own = { ...PART, plain: { pieces: 2 }, isForAll: false };
  await put(null, { a: PART });
  await put('ada', { a: own });

  const ada = await parts.find(PLACE, ['ada', null], ['a']);
  const ben = await parts.find(PLACE, ['ben', null], ['a']);

  expect([ada.parts, ben.parts]).toEqual([[own], [undefined]]);
});

test.each<[string, object]>([
  ['from a clock that is ahead', { cameAtMs: NOW_MS + 10_000, freshUntilMs: NOW_MS + 20_000 }],
  ['that is fresh for longer than it lives', { freshUntilMs: NOW_MS + 70_000 }],
  ['with a time that is none', { cameAtMs: 'now' }],
  ['without a lifetime', { lifetime: null }],
  ['for others than there are', { lifetime: { ...LIFETIME, scope: 'everybody' } }],
  ['with a lifetime below nothing', { lifetime: { ...LIFETIME, staleIfErrorSeconds: -1 } }],
  ['that neither is there nor is missing', { isMissing: null }],
])('a part %s counts as not there', async (_, wrong) => {
  const { parts, put } = await start();
  const part = { ...PART, ...wrong } as SharedPart;
  await put(null, { a: part });

  expect((await parts.find(PLACE, [null], ['a'])).parts).toEqual([undefined]);
});

test('a part from a clock that is a little ahead counts as from now', async () => {
  const { parts, put } = await start();
  const part = { ...PART, cameAtMs: NOW_MS + 1000 };
  await put(null, { a: part });

  expect((await parts.find(PLACE, [null], ['a'])).parts).toEqual([PART]);
});

test('of many parts a thousand are put there and looked for', async () => {
  const { parts, ticket } = await start();
  const texts = Array.from({ length: 1001 }, (_, index) => `${index}`);
  const all = texts.map((text) => ({ text, part: PART }));
  parts.put(PLACE, null, all, await ticket());
  const find = async (some: readonly string[]) => {
    const found = await parts.find(PLACE, [null], some);
    return found.parts.filter((part) => part !== undefined).length;
  };

  await expect.poll(() => find(texts), { interval: 5 }).toBe(1000);
  expect(await find(['999', '1000'])).toBe(1);
});

test('after a change nothing of the product is found, and nothing that was begun before is put there', async () => {
  const { values, parts, ticket, put } = await start();
  const before = await ticket();
  await put(null, { a: PART });
  values.forget('stock');
  await expect.poll(ticket, { timeout: 10_000, interval: 5 }).not.toBeNull();
  parts.put(PLACE, null, [{ text: 'b', part: PART }], before);
  await put(null, { c: PART });

  const found = await parts.find(PLACE, [null], ['a', 'b', 'c']);
  expect(found.parts).toEqual([undefined, undefined, PART]);
});
