import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSealValue } from '../../../../../gateway/cache/shared/seal-value.ts';

const OPEN = createSealValue([]);
const SECRET = createSealValue(['the first secret']);

const sealers = [
  ['in the clear', OPEN],
  ['encrypted', SECRET],
] as const;

test.each(sealers)('%s, a value comes back under its key as it was', (_, { seal, open }) => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (key, value) => {
      expect(open(key, seal(key, value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each(sealers)('%s, a long value takes less room', (_, { seal, open }) => {
  const value = { text: 'again and '.repeat(1000) };
  const text = seal('a', value);

  expect(text.length).toBeLessThan(1000);
  expect(open('a', text)).toEqual(value);
});

test.each(sealers)('%s, a value is worth nothing under another key', (_, { seal, open }) => {
  expect(open('b', seal('a', 1))).toBeUndefined();
});

test.each(sealers)('%s, a value with any bit turned over is nothing', (_, { seal, open }) => {
  const bytes = Buffer.from(seal('a', { text: 'something' }), 'base64');
  for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
    const spoilt = Buffer.from(bytes);
    spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));

    expect(open('a', spoilt.toString('base64')), `bit ${bit}`).toBeUndefined();
  }
});

test.each(sealers)('%s, a value that is cut off is nothing', (_, { seal, open }) => {
  const text = seal('a', { text: 'something' });
  for (let length = 0; length < text.length - 2; length += 1) {
    expect(open('a', text.slice(0, length)), `${length} characters`).toBeUndefined();
  }
});

test.each(sealers)('%s, what somebody else has put there is nothing', (_, { open }) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      expect(open('a', text)).toBeUndefined();
    }),
  );
});

test('with a secret, nothing in the clear is taken, and without one nothing encrypted', () => {
  expect(SECRET.open('a', OPEN.seal('a', 1))).toBeUndefined();
  expect(OPEN.open('a', SECRET.seal('a', 1))).toBeUndefined();
});

test('what is encrypted shows nothing of the value, and never looks the same twice', () => {
  const texts = [1, 2].map(() => SECRET.seal('a', 'personal'));

  expect(texts.join()).not.toContain(Buffer.from('personal').toString('base64').slice(0, 8));
  expect(texts[0]).not.toBe(texts[1]);
});

test('a secret takes over from another while both are known', () => {
  const both = createSealValue(['a new secret', 'the first secret']);
  const next = createSealValue(['a new secret']);

  expect(both.open('a', SECRET.seal('a', 1))).toBe(1);
  expect(next.open('a', both.seal('a', 2))).toBe(2);
  expect(next.open('a', SECRET.seal('a', 1))).toBeUndefined();
});
