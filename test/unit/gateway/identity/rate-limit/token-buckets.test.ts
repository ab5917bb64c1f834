import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createLocalBuckets,
  toBucketSize,
} from '../../../../../gateway/identity/rate-limit/token-buckets.ts';

const SECOND = 1000;

/** Buckets of a number of requests a minute, on a clock that a test moves. */
function createMinute(requests: number) {
  const clock = { ms: 1_700_000_000_000 };
  const take = createLocalBuckets(toBucketSize(requests, 60), () => clock.ms);
  return { clock, take };
}

test.each([1, 2, 7, 60, 999])('%i tokens may be taken at once and no more', (requests) => {
  const { take } = createMinute(requests);

  const waits = Array.from({ length: requests + 2 }, () => take('ada'));

  const step = Math.ceil(60_000_000 / requests);
  expect(waits).toEqual([...Array(requests).fill(0), step, step]);
});

test('a token comes back after its share of the window, not earlier', () => {
  const { clock, take } = createMinute(3);
  for (let taken = 0; taken < 3; taken += 1) take('ada');

  clock.ms += 20 * SECOND - 1;
  expect(take('ada')).toBe(1000);
  clock.ms += 1;
  expect(take('ada')).toBe(0);
  expect(take('ada')).toBe(20_000_000);
});

test('after a whole window the bucket is full and not fuller', () => {
  const { clock, take } = createMinute(3);
  for (let taken = 0; taken < 3; taken += 1) take('ada');

  clock.ms += 600 * SECOND;

  expect([take('ada'), take('ada'), take('ada'), take('ada') > 0]).toEqual([0, 0, 0, true]);
});

test('callers do not share a bucket', () => {
  const { take } = createMinute(1);

  expect([take('ada'), take('bob'), take('ada') > 0]).toEqual([0, 0, true]);
});

test('a refused request takes nothing, so asking again and again does not prolong the wait', () => {
  const { clock, take } = createMinute(1);
  take('ada');
  for (let asked = 0; asked < 100; asked += 1) take('ada');

  clock.ms += 60 * SECOND;

  expect(take('ada')).toBe(0);
});

test('a clock that is set back locks nobody out', () => {
  const { clock, take } = createMinute(2);
  take('ada');
  take('ada');

  clock.ms -= 3600 * SECOND;

  expect([take('ada'), take('ada'), take('ada')]).toEqual([0, 0, 30_000_000]);
});

test('in any stretch of time no more is taken than a full bucket and what flows in meanwhile', () => {
  const requests = 7;
  const { clock, take } = createMinute(requests);
  const pauses = fc.array(fc.nat(5000), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.uuid(), pauses, (caller, pausesMs) => {
      const taken: number[] = [];
      for (const pauseMs of pausesMs) {
        clock.ms += pauseMs;
        if (take(caller) === 0) taken.push(clock.ms);
      }
      const tooMany = taken.flatMap((from, first) =>
        taken.slice(first).filter((until, others) => {
          const flownIn = ((until - from) * requests) / 60_000;
          return others + 1 > requests + flownIn + 1e-6;
        }),
      );
      expect(tooMany).toEqual([]);
    }),
  );
});
