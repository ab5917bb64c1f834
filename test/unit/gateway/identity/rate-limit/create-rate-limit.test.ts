import { expect, test } from 'vitest';
import {
  type AuthenticationOutcome,
  reject,
} from '../../../../../gateway/identity/authentication-outcome.ts';
import { ANONYMOUS, type Principal } from '../../../../../gateway/identity/principal.ts';
import { createRateLimit } from '../../../../../gateway/identity/rate-limit/create-rate-limit.ts';
import type { Redis } from '../../../../../shared/redis/create-redis.ts';

const NOBODY: AuthenticationOutcome = { ok: true, principal: ANONYMOUS };
const HERE = '203.0.113.7';
const THERE = '203.0.113.8';

/** An authenticated caller; two tokens of one subject differ in their fingerprint. */
function caller(issuer: string, subject: string, scope = 'a'): AuthenticationOutcome {
  const fingerprint = [issuer, subject, scope].join();
  const scopes = new Set([scope]);
  const identity: Partial<Principal> = { authenticated: true, issuer, subject, scopes };
  return { ok: true, principal: { ...ANONYMOUS, ...identity, fingerprint } };
}

function createOnePerMinute(redis: Pick<Redis, 'script'> | null = null) {
  let failures = 0;
  const limitRate = createRateLimit({
    requests: 1,
    windowSeconds: 60,
    redis,
    now: () => 1_700_000_000_000,
    onRedisFailure: () => {
      failures += 1;
    },
  });
  return { limitRate, failures: () => failures };
}

test('a request that comes too early is told how long to wait, and what the limit is', () => {
  const { limitRate } = createOnePerMinute();

  expect([limitRate(NOBODY, HERE), limitRate(NOBODY, HERE)]).toEqual([
    null,
    { retryAfterSeconds: 60, requests: 1, windowSeconds: 60 },
  ]);
});

test.each([
  ['anonymous callers of two addresses', NOBODY, THERE],
  ['a caller and an anonymous one at the same address', caller('i', 'ada'), HERE],
])('%s are counted apart', (_name, other, address) => {
  const { limitRate } = createOnePerMinute();

  expect([limitRate(NOBODY, HERE), limitRate(other, address)]).toEqual([null, null]);
});

test('equal subjects of two issuers are two callers', () => {
  const { limitRate } = createOnePerMinute();

  const answers = [limitRate(caller('i', 'ada'), HERE), limitRate(caller('j', 'ada'), HERE)];

  expect(answers).toEqual([null, null]);
});

test('one subject is one caller, wherever it asks from and whatever scopes its token has', () => {
  const { limitRate } = createOnePerMinute();

  const answers = [
    limitRate(caller('i', 'ada', 'a'), HERE),
    limitRate(caller('i', 'ada', 'b'), THERE),
  ];

  expect(answers).toEqual([null, expect.objectContaining({ retryAfterSeconds: 60 })]);
});

test('a caller whose credentials are refused is counted like an anonymous one', () => {
  const { limitRate } = createOnePerMinute();

  const answers = [limitRate(reject('TOKEN_EXPIRED'), HERE), limitRate(NOBODY, HERE)];

  expect(answers).toEqual([null, expect.objectContaining({ retryAfterSeconds: 60 })]);
});

test('Redis is given a digest of the caller, and its answer counts', async () => {
  const asked: unknown[] = [];
  const script = () => async (keys: readonly string[], values: readonly unknown[]) => {
    asked.push(keys, values);
    return asked.length > 2 ? 1_500_000 : 0;
  };
  const { limitRate, failures } = createOnePerMinute({ script });

  const answers = [await limitRate(caller('i', 'ada'), HERE), await limitRate(NOBODY, HERE)];

  expect(answers).toEqual([null, { retryAfterSeconds: 2, requests: 1, windowSeconds: 60 }]);
  const key = expect.stringMatching(/^meshgate:rate:[\w-]{43}$/);
  expect(asked).toEqual([[key], [60_000_000, 60_000_000], [key], [60_000_000, 60_000_000]]);
  expect(failures()).toBe(0);
});

test('without an answer of Redis this process counts alone, and says so', async () => {
  const { limitRate, failures } = createOnePerMinute({
    script: () => async () => null,
  });

  const answers = [await limitRate(NOBODY, HERE), await limitRate(NOBODY, HERE)];

  expect(answers).toEqual([null, { retryAfterSeconds: 60, requests: 1, windowSeconds: 60 }]);
  expect(failures()).toBe(2);
});
