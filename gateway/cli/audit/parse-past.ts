import { InvalidArgumentError } from 'commander';

const MS_BY_UNIT: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const LONGEST_MS = 36_600 * 86_400_000;
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/;

/**
 * Reads an option that names a point of time in the past: so long ago, such as `12h` or `400d` and
 * at most a hundred years, or an instant of UTC, such as `2026-01-31` or `2026-01-31T12:00:00Z`.
 *
 * @throws {InvalidArgumentError} When it is something else.
 */
export function parsePast(given: string): Date {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(given) ?? [];
  const agoMs = Number(count) * (MS_BY_UNIT[unit] ?? Number.NaN);
  if (agoMs >= 0 && agoMs <= LONGEST_MS) return new Date(Date.now() - agoMs);
  const instant = new Date(INSTANT.test(given) ? given : Number.NaN);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new InvalidArgumentError(
    'Expected how long ago, such as 12h, 30d or 400d, or an instant such as 2026-01-31T12:00:00Z.',
  );
}
