import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerLifetime } from '../../../../gateway/cache/answer-lifetime.ts';
import { type Lifetime, NO_LIFETIME } from '../../../../gateway/cache/read-lifetime.ts';

const lifetime = (freshSeconds: number, scope: Lifetime['scope'] = 'public'): Lifetime => ({
  scope,
  freshSeconds,
  staleWhileRevalidateSeconds: 10,
  staleIfErrorSeconds: 100,
});

const combine = (lifetimes: readonly Lifetime[], unstatedIsShared = false) => {
  const combined = new AnswerLifetime(unstatedIsShared);
  for (const one of lifetimes) combined.note(one, 1000);
  return combined.keeping;
};

test('the shortest lifetime counts, from when its response came', () => {
  const combined = new AnswerLifetime(false);
  combined.note(lifetime(60), 1000);
  combined.note(lifetime(30), 5000);

  expect(combined.keeping).toEqual({
    isShared: true,
    freshUntilMs: 35_000,
    staleWhileRevalidateUntilMs: 45_000,
    staleIfErrorUntilMs: 135_000,
  });
});

test('an answer is kept no longer than what decides about it is known to hold', () => {
  const combined = new AnswerLifetime(false, 20_000);
  combined.note(lifetime(60), 1000);

  expect(combined.keeping).toEqual({
    isShared: true,
    freshUntilMs: 20_000,
    staleWhileRevalidateUntilMs: 20_000,
    staleIfErrorUntilMs: 20_000,
  });
  expect(new AnswerLifetime(false, 20_000).keeping).toBeNull();
});

test('what needed no product is not kept', () => {
  expect(combine([])).toBeNull();
});

test('one response that may not be kept keeps the whole from being kept', () => {
  expect(combine([lifetime(60), NO_LIFETIME, lifetime(60)])).toBeNull();
});

test('one private response makes the whole private', () => {
  expect(combine([lifetime(60), lifetime(60, 'private')])?.isShared).toBe(false);
});

test.each([true, false])('a response that does not say for whom it is counts as set: %s', (set) => {
  expect(combine([lifetime(60, 'unstated')], set)?.isShared).toBe(set);
});

test('the order of the responses makes no difference, and one more is never less strict', () => {
  const any = fc.record({
    scope: fc.constantFrom<Lifetime['scope']>('public', 'private', 'unstated'),
    freshSeconds: fc.integer({ min: 1, max: 100 }),
    staleWhileRevalidateSeconds: fc.nat(100),
    staleIfErrorSeconds: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 1 }), any, (some, other) => {
      const before = combine(some);
      const after = combine([other, ...some]);

      expect(after).toEqual(combine([...some, other]));
      expect(Number(after?.isShared)).toBeLessThanOrEqual(Number(before?.isShared));
      expect(after?.freshUntilMs).toBeLessThanOrEqual(before?.freshUntilMs ?? 0);
      expect(after?.staleIfErrorUntilMs).toBeLessThanOrEqual(before?.staleIfErrorUntilMs ?? 0);
    }),
  );
});
