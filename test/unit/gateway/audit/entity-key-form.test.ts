import { expect, test } from 'vitest';
import { createHashedKeys, PLAIN_KEYS } from '../../../../gateway/audit/entity-key-form.ts';

test('equal keys have equal hashes under one secret and others under another, which the name tells', () => {
  const one = createHashedKeys('one');
  const same = createHashedKeys('one');
  const other = createHashedKeys('other');

  expect(same).toMatchObject({ name: one.name });
  expect(same.toKept('A-1')).toBe(one.toKept('A-1'));
  expect(one.toKept('A-1')).toMatch(/^[\w-]{24}$/);
  expect(
    new Set([one, other].flatMap((form) => [form.toKept('A-1'), form.toKept('A-2')])),
  ).toHaveLength(4);
  expect(one.name).toMatch(/^hashed:[\w-]{8}$/);
  expect(other.name).not.toBe(one.name);
});

test('a plain key is kept as the database can, and a long one not at all', () => {
  expect(PLAIN_KEYS.toKept('A\u0000\ud800')).toBe('A\ufffd\ufffd');
  expect(PLAIN_KEYS.toKept('x'.repeat(256))).toBe('x'.repeat(256));
  expect(PLAIN_KEYS.toKept('x'.repeat(257))).toBeNull();
});
