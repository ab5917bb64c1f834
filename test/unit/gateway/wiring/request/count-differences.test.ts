import { expect, test } from 'vitest';
import { countDifferences } from '../../../../../gateway/wiring/request/count-differences.ts';

test.each([
  ['{"a":1}', '{"a":1}', 0],
  ['{"a":1,"b":[1,2]}', '{"a":2,"b":[1,3,4]}', 3],
  ['{"a":null}', '{"a":{"b":1}}', 1],
  ['{"a":[]}', '{"a":{}}', 1],
  ['{"a":1,"b":2}', '{"b":2,"a":1}', 1],
])('%s and %s differ at %i paths', (one, other, count) => {
  expect(countDifferences(one, Buffer.from(other))).toBe(count);
});
