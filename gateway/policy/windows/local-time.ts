/** What clocks and calendars of one zone show. */
export interface LocalTime {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Minutes since midnight as the clock shows it, 0 to 1439. */
  readonly minute: number;
}

export const MINUTES_OF_DAY = 1440;

const DAYS_OF_ERA = 146_097;

/**
 * Counts the days from 1970-01-01 to a date of the Gregorian calendar.
 *
 * @param month From 1.
 */
export function toDayNumber(year: number, month: number, day: number): number {
  // Years begin in March here, so that a leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * DAYS_OF_ERA + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws {RangeError} For a zone that is not known. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Tells whether a time zone of this name is known, such as `Europe/Berlin`. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** @param epochMinutes Whole minutes since 1970-01-01T00:00Z. */
export function toLocalTime(epochMinutes: number, zone: string): LocalTime {
  const parts = formatOf(zone).formatToParts(60_000 * epochMinutes);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  return {
    day: toDayNumber(of('year'), of('month'), of('day')),
    minute: 60 * of('hour') + of('minute'),
  };
}
