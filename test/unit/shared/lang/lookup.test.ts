import { expect, test } from 'vitest';
import { Lookup } from '../../../../shared/lang/lookup.ts';

test('makes each value once', () => {
  const made: string[] = [];
  const lookup = new Lookup((key: string) => {
    made.push(key);
    return { key };
  });

  expect(lookup.get('a')).toBe(lookup.get('a'));
  expect(lookup.get('b')).toEqual({ key: 'b' });
  expect(made).toEqual(['a', 'b']);
});
