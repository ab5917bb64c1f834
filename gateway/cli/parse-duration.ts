import { InvalidArgumentError } from 'commander';

const SECONDS_BY_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST_SECONDS = 366 * 86_400;

/**
 * Reads an option such as `90s`, `15m`, `1h` or `30d`.
 *
 * @returns Seconds, from 1 to those of 366 days.
 * @throws {InvalidArgumentError} When it is something else.
 */
export function parseDuration(given: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(given) ?? [];
  const seconds = Number(count) * (SECONDS_BY_UNIT[unit] ?? Number.NaN);
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds;
  throw new InvalidArgumentError('Expected a time from 1s to 366d, such as 90s, 15m, 1h or 30d.');
}
