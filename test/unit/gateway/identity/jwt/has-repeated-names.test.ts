import fc from 'fast-check';
import { expect, test } from 'vitest';

import { hasRepeatedNames } from '../../../../../gateway/identity/jwt/has-repeated-names.ts';

test.each([
  '{"a":1,"a":2}',
  '{"a":{"b":1,"b":2}}',
  '{"a":[{"b":1,"b":2}]}',
  '{"a":1,"x":{"y":[1,2,{}]},"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"":1,"":2}',
  '{"__proto__":1,"__proto__":2}',
  '{ "a" : "{", "a" : "}" }',
])('finds the repeated name in %s', (text) => {
  expect(hasRepeatedNames(text)).toBe(true);
});

test.each([
  '{}',
  '{"a":1,"b":2}',
  '{"a":{"a":{"a":1}}}',
  '[{"a":1},{"a":1}]',
  '{"a":"a","b":"a"}',
  '{"a":"\\"a\\":1,\\"a\\":2"}',
  '{"a":"\\\\","b":"{\\"a\\":"}',
  '"a:a:a"',
  '1',
])('finds none in %s', (text) => {
  expect(hasRepeatedNames(text)).toBe(false);
});

test('finds none in whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(hasRepeatedNames(JSON.stringify(value))).toBe(false);
    }),
  );
});

test('finds one wherever two objects with a common name are run together', () => {
  const inner = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
  fc.assert(
    fc.property(inner, fc.jsonValue(), (members, other) => {
      const body = JSON.stringify(members).slice(1, -1);
      const [name = ''] = Object.keys(members);
      const twice = `{${body},${JSON.stringify(name)}:${JSON.stringify(other)}}`;

      expect(hasRepeatedNames(`[${twice}]`)).toBe(true);
    }),
  );
});

test('reads a long text in one pass', () => {
  const text = JSON.stringify({ a: '\\"'.repeat(100_000) });

  expect(hasRepeatedNames(text)).toBe(false);
});
