import { z } from 'zod';
import { isZone, MINUTES_OF_DAY, toDayNumber } from '../../policy/windows/local-time.ts';
import type { TimeWindow } from '../../policy/windows/time-window.ts';

const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const time = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'a time from "00:00" to "23:59"' });

const endTime = z.string().regex(/^(?:(?!00:00)(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, {
  error: 'a time from "00:01" to "24:00"',
});

const date = z.string().refine((given) => /^\d{4}-\d\d-\d\d$/.test(given) && isDate(given), {
  error: 'a date of the calendar such as 2026-03-31',
});

const zone = z.string().refine((given) => /^[A-Za-z][\w+/-]{0,63}$/.test(given) && isZone(given), {
  error: 'a time zone that is known, such as Europe/Berlin or UTC',
});

/** One time window of a rule, as it is written. */
export const windowSchema = z
  .strictObject({
    zone,
    days: z.array(z.enum(WEEKDAYS)).min(1).max(WEEKDAYS.length).optional(),
    from: time.optional(),
    to: endTime.optional(),
    since: date.optional(),
    until: date.optional(),
  })
  .superRefine(({ days, from, to, since, until }, context) => {
    const report = (message: string, path: PropertyKey[] = []) =>
      context.addIssue({ code: 'custom', path, message });
    if ([days, from, to, since, until].every((given) => given === undefined)) {
      report('at least one of days, from and to, since, until');
    }
    if ((from === undefined) !== (to === undefined)) report('both from and to, or neither');
    if (from !== undefined && from === to) report('another time than that of from', ['to']);
    if (since !== undefined && until !== undefined && until < since) {
      report('no day before that of since', ['until']);
    }
  })
  .transform(toWindow);

interface WrittenWindow {
  readonly zone: string;
  readonly days?: readonly (typeof WEEKDAYS)[number][] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

function toWindow({ zone, days, from, to, since, until }: WrittenWindow): TimeWindow {
  const window = {
    zone,
    days: WEEKDAYS.flatMap((name, day) => (days?.includes(name) === false ? [] : [day])),
    fromMinute: from === undefined ? 0 : toMinute(from),
    toMinute: to === undefined ? MINUTES_OF_DAY : toMinute(to),
    firstDay: since === undefined ? null : toDay(since),
    lastDay: until === undefined ? null : toDay(until),
  };
  const bounds = [
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
  ];
  return { name: toName(window, bounds), ...window };
}

function toName(window: Omit<TimeWindow, 'name'>, bounds: readonly string[]): string {
  const { days, fromMinute, toMinute: end, zone } = window;
  const isWholeDay = fromMinute === 0 && end === MINUTES_OF_DAY;
  const parts = [
    ...(days.length === WEEKDAYS.length ? [] : [toDays(days)]),
    ...(isWholeDay ? [] : [`${toTime(fromMinute)}-${toTime(end)}`]),
    ...bounds,
  ];
  return `${parts.length === 0 ? 'always' : parts.join(' ')} (${zone})`;
}

/** Three and more days in a row are named by the first and the last. */
function toDays(days: readonly number[]): string {
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run?.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const named = runs.flatMap((run) => {
    const names = run.map((day) => WEEKDAYS[day] ?? '');
    return names.length < 3 ? names : [`${names[0]} to ${names.at(-1)}`];
  });
  return named.join(', ');
}

function toTime(minutes: number): string {
  const two = (count: number) => String(count).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function toMinute(written: string): number {
  const [hours, minutes] = written.split(':').map(Number);
  return 60 * (hours ?? 0) + (minutes ?? 0);
}

function toDay(written: string): number {
  const [year = 0, month = 0, day = 0] = written.split('-').map(Number);
  return toDayNumber(year, month, day);
}

/** A day that there is comes right after the one before it, and not after the end of a month. */
function isDate(written: string): boolean {
  const [year = 0, month = 0, day = 0] = written.split('-').map(Number);
  if (month < 1 || month > 12 || day < 1) return false;
  const next = month === 12 ? toDayNumber(year + 1, 1, 1) : toDayNumber(year, month + 1, 1);
  return toDayNumber(year, month, day) < next;
}
