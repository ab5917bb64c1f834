const DATE_FORM = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Time, fraction and offset as RFC 3339 and Postgres write them; Postgres omits the minutes of a whole hour. */
const DATE_TIME_FORM =
  /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?(?:Z|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/i;

/**
 * Checks a day of the Gregorian calendar, years 0001 to 9999.
 *
 * @returns The text itself, or null when there is no such day.
 */
export function toCalendarDate(text: string): string | null {
  const [, year, month, day] = (DATE_FORM.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const fits = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return fits ? text : null;
}

/**
 * Converts a moment with an offset to UTC; the fraction keeps its digits.
 *
 * @returns `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, or null when there is no such moment or
 *   no offset. A leap second is refused, because Postgres has none.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function toUtcDateTime(text: string): string | null {
  const match = DATE_TIME_FORM.exec(text);
  if (match === null) return null;
  const [, date = '', hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] =
    match;
  if (toCalendarDate(date) === null) return null;

  const offset = Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0);
  const local = Date.parse(`${date}T${hour}:${minute}:${second}Z`);
  const utc = new Date(local - (sign === '-' ? -offset : offset) * 60_000).toISOString();
  // An offset may lead out of the years that four digits hold.
  return toCalendarDate(utc.slice(0, 10)) === null ? null : `${utc.slice(0, 19)}${fraction}Z`;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
