import { expect, test } from 'vitest';
import { toRequestId } from '../../../../../shared/kit/server/request-id.ts';

test.each(['a', '0193-ab:cd.ef_1', 'x'.repeat(128)])('keeps %s', (id) => {
  expect(toRequestId(id)).toBe(id);
});

test.each([undefined, '', 'x'.repeat(129), 'a b', 'a\nb', 'é', ['a', 'b']])('replaces %j', (id) => {
  expect(toRequestId(id)).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
