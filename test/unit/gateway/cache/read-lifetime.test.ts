import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_LIFETIME, NO_STORE, readLifetime } from '../../../../gateway/cache/read-lifetime.ts';

const read = (cacheControl: string | string[], others: object = {}) =>
  readLifetime({ 'cache-control': cacheControl, ...others });

const kept = (freshSeconds: number, others: object = {}) => ({
  scope: 'unstated',
  freshSeconds,
  staleWhileRevalidateSeconds: 0,
  staleIfErrorSeconds: 0,
  ...others,
});

test.each<[string, string | string[], object, object]>([
  ['max-age', 'max-age=60', {}, kept(60)],
  ['a value in quotes', 'max-age="60"', {}, kept(60)],
  ['any case, any spaces', 'Max-Age = 60 ,PUBLIC', {}, kept(60, { scope: 'public' })],
  ['private', 'private, max-age=60', {}, kept(60, { scope: 'private' })],
  [
    'private for some headers',
    'private="x-a, x-b", max-age=60',
    {},
    kept(60, { scope: 'private' }),
  ],
  ['private and public', 'public, private, max-age=9', {}, kept(9, { scope: 'private' })],
  ['s-maxage before max-age', 'max-age=60, s-maxage=5', {}, kept(5, { scope: 'public' })],
  ['the age that it has', 'max-age=60', { age: '20' }, kept(40)],
  ['an age that is no number', 'max-age=60', { age: 'old' }, kept(60)],
  ['the least of two', 'max-age=60, max-age=30', {}, kept(30)],
  ['several lines', ['max-age=60', 'public'], {}, kept(60, { scope: 'public' })],
  ['unknown directives', 'max-age=60, immutable, foo="a, no-store", bar=1', {}, kept(60)],
  [
    'stale times',
    'max-age=60, stale-while-revalidate=30, stale-if-error=600',
    {},
    kept(60, { staleWhileRevalidateSeconds: 30, staleIfErrorSeconds: 600 }),
  ],
  [
    'must-revalidate over stale times',
    'max-age=60, stale-if-error=9, must-revalidate',
    {},
    kept(60),
  ],
  [
    'an answer that varies with the token',
    'public, max-age=1',
    { vary: 'Authorization' },
    kept(1, { scope: 'private' }),
  ],
  ['more seconds than there are', `max-age=${'9'.repeat(30)}`, {}, kept(2 ** 31)],
])('reads %s', (_, cacheControl, others, lifetime) => {
  expect(read(cacheControl, others)).toEqual(lifetime);
});

test.each<[string, string | undefined, object]>([
  ['no header', undefined, {}],
  ['an empty one', '', {}],
  ['no-store', 'max-age=60, no-store', {}],
  ['no-cache', 'max-age=60, no-cache', {}],
  ['no-cache for some headers', 'max-age=60, no-cache="set-cookie"', {}],
  ['no lifetime', 'public', {}],
  ['a lifetime of nothing', 'max-age=0', {}],
  ['a lifetime that is over', 'max-age=60', { age: '60' }],
  ['a lifetime that is no number', 'max-age=soon', {}],
  ['a negative one', 'max-age=-5', {}],
  ['half a quoted string', 'max-age=60, foo="bar', {}],
  ['an answer that varies with everything', 'max-age=60', { vary: 'accept, *' }],
  ['a very long header', `max-age=60, ${'a'.repeat(1000)}`, {}],
])('keeps nothing with %s', (_, cacheControl, others) => {
  const lifetime = readLifetime({ 'cache-control': cacheControl, ...others });
  expect([NO_LIFETIME, NO_STORE]).toContain(lifetime);
});

const directive = fc.oneof(
  fc.constantFrom('public', 'private', 'no-cache', 'must-revalidate', 'immutable'),
  fc
    .tuple(fc.constantFrom('max-age', 's-maxage', 'stale-if-error', 'foo'), fc.nat(1000))
    .map(([name, seconds]) => `${name}=${seconds}`),
  fc.string({ maxLength: 10 }).map((text) => `foo="${text.replace(/["\\]/g, '')}"`),
);

test('whatever else is said, no-store dominates', () => {
  fc.assert(
    fc.property(fc.array(directive), fc.array(directive), (before, after) => {
      expect(read([...before, 'no-store', ...after].join(', '))).toBe(NO_STORE);
    }),
  );
});

test('one more directive never makes a lifetime longer, unless it is the first to name one', () => {
  fc.assert(
    fc.property(fc.array(directive), fc.nat(100), (others, seconds) => {
      const said = [`s-maxage=${seconds}`, ...others];
      expect(read(said.join(',')).freshSeconds).toBeLessThanOrEqual(seconds);
    }),
  );
});

test('no text makes it throw, and no time is negative', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (text, age, vary) => {
      const { freshSeconds, staleIfErrorSeconds, staleWhileRevalidateSeconds } = readLifetime({
        'cache-control': text,
        age,
        vary,
      });
      const least = Math.min(freshSeconds, staleIfErrorSeconds, staleWhileRevalidateSeconds);
      expect(least).toBeGreaterThanOrEqual(0);
    }),
  );
});
