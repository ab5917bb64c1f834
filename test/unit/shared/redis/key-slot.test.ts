import { expect, test } from 'vitest';
import { spreadTags, toSlot } from '../../../../shared/redis/key-slot.ts';

// As `CLUSTER KEYSLOT` of Redis 7 says.
test.each([
  ['123456789', 12_739],
  ['', 0],
  ['foo', 12_182],
  ['a{foo}b', 12_182],
  ['{foo}{bar}', 12_182],
  ['{}foo', 9500],
  ['a{foo', 113],
  ['müßig', 7510],
])('the slot of %j is %i', (key, slot) => {
  expect(toSlot(key)).toBe(slot);
});

test('tags lie in equal parts of all slots, one in each', () => {
  const parts = spreadTags('answers', 16).map((tag) => Math.floor(toSlot(`{${tag}}`) / 1024));

  expect(parts).toEqual(Array.from({ length: 16 }, (_, index) => index));
});
