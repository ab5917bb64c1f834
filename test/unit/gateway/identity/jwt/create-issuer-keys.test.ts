import type { JSONWebKeySet, JWK } from 'jose';
import { expect, test } from 'vitest';

import { createIssuerKeys } from '../../../../../gateway/identity/jwt/create-issuer-keys.ts';
import { createTokenIssuer } from '../../../../support/token-issuer.ts';

const first = await createTokenIssuer('https://id.example', 'ES256', 'first');
const second = await createTokenIssuer('https://id.example', 'ES256', 'second');

/** A key source under the hand of a test: what it holds, when it fails, how often it was asked. */
function createSource(...keys: JWK[]) {
  const source = {
    keySet: { keys } as JSONWebKeySet,
    failure: null as Error | null,
    loads: 0,
    failures: [] as unknown[],
    nowMs: 1_800_000_000_000,
    gate: Promise.resolve(),
  };
  const { find, refresh } = createIssuerKeys({
    load: async () => {
      source.loads += 1;
      await source.gate;
      if (source.failure !== null) throw source.failure;
      return source.keySet;
    },
    now: () => source.nowMs,
    freshMs: 600_000,
    staleMs: 3_600_000,
    cooldownMs: 30_000,
    retryMs: 5000,
    onFailure: (error) => source.failures.push(error),
  });
  /** How many keys fit a token that names this key. */
  const count = async (kid?: string, alg = 'ES256') =>
    (await find(kid === undefined ? { alg } : { alg, kid }))?.length ?? null;
  return { source, count, refresh };
}

/** Lets what was started in the background run to its end. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('loads nothing before it is asked', () => {
  expect(createSource(first.publicJwk).source.loads).toBe(0);
});

test('loads once for many callers at once', async () => {
  const { source, count } = createSource(first.publicJwk);

  expect(await Promise.all([count('first'), count('first'), count('first')])).toEqual([1, 1, 1]);
  expect(source.loads).toBe(1);
});

test('finds a key that was published after the last load', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.keySet = { keys: [first.publicJwk, second.publicJwk] };
  source.nowMs += 30_000;

  expect(await count('second')).toBe(1);
  expect(source.loads).toBe(2);
});

test('loads at most once in a cooldown, whatever unknown keys are asked for', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  const asked = Array.from({ length: 5000 }, (_, n) => `unknown-${n}`);

  for (const [n, kid] of asked.entries()) {
    source.nowMs += n % 100 === 0 ? 1000 : 0;
    expect(await count(kid)).toBe(0);
  }

  // 50 seconds passed: one load to start with, one after 30 seconds.
  expect(source.loads).toBe(2);
  expect(await count('first')).toBe(1);
});

test('answers that there is no key set while the source has never worked', async () => {
  const { source, count } = createSource();
  source.failure = new Error('down');

  expect(await count('first')).toBeNull();
  expect(source.failures).toEqual([source.failure]);
});

test('leaves a source that fails alone until it is time to try again', async () => {
  const { source, count } = createSource(first.publicJwk);
  source.failure = new Error('down');
  await count('first');
  source.failure = null;

  source.nowMs += 4999;
  expect(await count('first')).toBeNull();
  source.nowMs += 1;
  expect(await count('first')).toBe(1);
  expect(source.loads).toBe(2);
});

test('refreshes an old key set without making the caller wait', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.keySet = { keys: [second.publicJwk] };
  source.nowMs += 600_001;

  expect(await count('first')).toBe(1);
  await settle();
  expect(await count('first')).toBe(0);
  expect(await count('second')).toBe(1);
  expect(source.loads).toBe(2);
});

test('does not refresh a key set that is still fresh', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.nowMs += 600_000;

  await count('first');
  await settle();
  expect(source.loads).toBe(1);
});

test('serves the last good key set while the source fails, until it is stale', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.failure = new Error('down');

  source.nowMs += 3_600_000;
  expect(await count('first')).toBe(1);
  source.nowMs += 5001;
  expect(await count('first')).toBeNull();
  expect(source.failures).toHaveLength(2);
});

test('comes back when a stale source does', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.nowMs += 3_600_001;

  expect(await count('first')).toBe(1);
  expect(source.loads).toBe(2);
});

test('keeps serving known keys while a load for an unknown one is under way', async () => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.nowMs += 30_000;
  let open = () => {};
  source.gate = new Promise((resolve) => {
    open = resolve;
  });

  const waiting = count('unknown');
  expect(await count('first')).toBe(1);
  open();
  expect(await waiting).toBe(0);
  expect(source.loads).toBe(2);
});

test.each([
  ['null', null],
  ['text', 'keys'],
  ['an object without keys', {}],
  ['keys that are no list', { keys: {} }],
  ['keys that are no objects', { keys: [null] }],
])('counts %s as a failure and keeps the last good key set', async (_, garbage) => {
  const { source, count } = createSource(first.publicJwk);
  await count('first');
  source.keySet = garbage as unknown as JSONWebKeySet;
  source.nowMs += 30_000;

  expect(await count('unknown')).toBe(0);
  expect(await count('first')).toBe(1);
  expect(source.failures).toHaveLength(1);
});

test.each([
  ['for encryption', { use: 'enc' }],
  ['for another algorithm', { alg: 'ES384' }],
  ['not for verifying', { key_ops: ['encrypt'] }],
  ['of another kind', { kty: 'RSA' }],
  ['on another curve', { crv: 'P-384' }],
  ['without coordinates', { x: undefined }],
  ['with coordinates off the curve', { x: 'AAAA' }],
])('finds no key where the only one is %s', async (_, changes) => {
  const { count } = createSource({ ...first.publicJwk, ...changes } as JWK);

  expect(await count('first')).toBe(0);
});

test('takes a set without a public key for a failure', async () => {
  for (const keys of [[], [{ kty: 'oct', k: 'c2VjcmV0', kid: 'first' }]] as JWK[][]) {
    const { source, count } = createSource(...keys);

    expect(await count('first')).toBeNull();
    expect(source.failures).toEqual([new Error('a key set has no public key')]);
  }
});

test('finds no key where the one of that name is a shared secret', async () => {
  const { count } = createSource({ kty: 'oct', k: 'c2VjcmV0', kid: 'first' }, second.publicJwk);

  expect(await count('first', 'HS256')).toBe(0);
  expect(await count('first', 'none')).toBe(0);
});

test('uses the other keys of a set that has a broken one', async () => {
  const { count } = createSource({ ...first.publicJwk, x: 'AAAA' }, second.publicJwk);

  expect(await count('second')).toBe(1);
});

test('offers all fitting keys for a token that names none', async () => {
  const { count } = createSource(first.publicJwk, second.publicJwk, { kty: 'oct', k: 'c2Vj' });

  expect(await count(undefined)).toBe(2);
});

test('offers at most eight keys for a token that names none', async () => {
  const keys = Array.from({ length: 20 }, (_, n) => ({ ...first.publicJwk, kid: `k${n}` }));
  const { count } = createSource(...keys);

  expect(await count(undefined)).toBe(8);
});
