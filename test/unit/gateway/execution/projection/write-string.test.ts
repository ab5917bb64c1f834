import { serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  writeName,
  writeString,
} from '../../../../../gateway/execution/projection/write-string.ts';

/** Every sequence of UTF-16 code units, with what needs an escape more often than chance has it. */
const units = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x1f, 0x22, 0x5c, 0x7f, 0x2028, 0xd83d, 0xde00) },
);
const strings = fc.array(units, { maxLength: 120 }).map((codes) => String.fromCharCode(...codes));

test('writes every string as JSON.stringify does', () => {
  fc.assert(
    fc.property(strings, (value) => {
      expect(writeString(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a lone high surrogate', 'a\ud800', '"a\\ud800"'],
  ['a lone low surrogate', '\udfffa', '"\\udfffa"'],
  ['surrogates in the wrong order', '\ude00\ud83d', '"\\ude00\\ud83d"'],
  ['a pair of surrogates', '😀', '"😀"'],
  [
    'a control character after forty others',
    `${'a'.repeat(40)}\u0000`,
    `"${'a'.repeat(40)}\\u0000"`,
  ],
])('writes %s', (_what, value, text) => {
  expect(writeString(value)).toBe(text);
});

test('a name that was cut from a text of wide characters takes one byte a character', () => {
  const wide = 'reviews …'.slice(0, 7);
  const narrow = writeName('reviews');

  expect(serialize(`"${wide}"`).length).toBeGreaterThan(serialize(narrow).length);
  expect(serialize(writeName(wide))).toEqual(serialize(narrow));
});
