import type { LocalTime } from './local-time.ts';

/** A time that comes again with the days of the week, or has a first or a last day, by the clocks of one zone. */
export interface TimeWindow {
  /** In words; the same for two windows exactly when all of the following is. */
  readonly name: string;
  /** IANA name of a time zone. */
  readonly zone: string;
  /** Days of the week on which it begins, from 0 for Monday to 6, in order. */
  readonly days: readonly number[];
  /** When it begins, in minutes after midnight, 0 to 1439. */
  readonly fromMinute: number;
  /** When it is over, in minutes after midnight, 1 to 1440; on the next day where it is before the beginning. */
  readonly toMinute: number;
  /** The first day on which it begins, in days since 1970-01-01; null for no first one. */
  readonly firstDay: number | null;
  /** The last day on which it begins, like the first. */
  readonly lastDay: number | null;
}

/**
 * Tells whether a window is open.
 *
 * It is asked by what a clock on the wall shows: an hour that a clock goes through twice is in a window
 * twice, and one that it leaves out is in none.
 *
 * @param now In the zone of the window.
 */
export function isOpenAt(window: TimeWindow, { day, minute }: LocalTime): boolean {
  const { fromMinute, toMinute } = window;
  if (fromMinute < toMinute) {
    return fromMinute <= minute && minute < toMinute && beginsOn(window, day);
  }
  if (minute >= fromMinute) return beginsOn(window, day);
  return minute < toMinute && beginsOn(window, day - 1);
}

function beginsOn({ days, firstDay, lastDay }: TimeWindow, day: number): boolean {
  return (
    days.includes(weekdayOf(day)) &&
    (firstDay === null || firstDay <= day) &&
    (lastDay === null || day <= lastDay)
  );
}

/** The first of January 1970 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** @returns 0 for Monday to 6. */
function weekdayOf(day: number): number {
  return (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
}
