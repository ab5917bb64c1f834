import { expect, test } from 'vitest';
import { countDifferences } from '../../../../shared/lang/count-differences.ts';

test.each([
  ['{"a":1}', '{"a":1}', 0],
  ['{"a":1,"b":[1,2]}', '{"a":2,"b":[1,3,4]}', 3],
  ['{"a":null}', '{"a":{"b":1}}', 1],
  ['{"a":null}', '{}', 1],
  ['{"a":[]}', '{"a":{}}', 1],
  ['{"a":1,"b":2}', '{"b":2,"a":1}', 0],
  ['{"__proto__":{}}', '{}', 1],
  ['null', 'null', 0],
  ['null', '{"a":1}', 1],
])('%s and %s differ at %i paths', (one, other, count) => {
  expect(countDifferences(JSON.parse(one), JSON.parse(other))).toBe(count);
});

test('values may be deeper than the stack', () => {
  const nest = (leaf: number) => `${'['.repeat(100_000)}${leaf}${']'.repeat(100_000)}`;

  expect(countDifferences(JSON.parse(nest(1)), JSON.parse(nest(2)))).toBe(1);
});
