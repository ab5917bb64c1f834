import { expect, test } from 'vitest';
import { readRequestWish } from '../../../../gateway/cache/read-request-wish.ts';

test.each([
  [undefined, { takesKept: true, mayKeep: true }],
  ['', { takesKept: true, mayKeep: true }],
  ['max-age=60, only-if-cached', { takesKept: true, mayKeep: true }],
  ['No-Cache', { takesKept: false, mayKeep: true }],
  ['foo, max-age=0', { takesKept: false, mayKeep: true }],
  ['no-store', { takesKept: false, mayKeep: false }],
  ['no-cache,no-store', { takesKept: false, mayKeep: false }],
])('reads %j', (header, wish) => {
  expect(readRequestWish(header)).toEqual(wish);
});
