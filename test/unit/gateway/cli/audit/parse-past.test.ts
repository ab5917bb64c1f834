import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { parsePast } from '../../../../../gateway/cli/audit/parse-past.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-03-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

test.each([
  ['90s', '2026-02-28T23:58:30.000Z'],
  ['12h', '2026-02-28T12:00:00.000Z'],
  ['400d', '2025-01-25T00:00:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T12:30:00Z', '2026-01-31T12:30:00.000Z'],
])('reads %s', (given, instant) => {
  expect(parsePast(given).toISOString()).toBe(instant);
});

test.each(['', '12', '12w', '-1d', '999999999d', '2026-13-01', '2026-01-31T12:30', 'yesterday'])(
  'refuses "%s"',
  (given) => {
    expect(() => parsePast(given)).toThrow('Expected how long ago');
  },
);
