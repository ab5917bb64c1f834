import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClassificationRules } from '../../../../../gateway/policy/classification-rules.ts';
import { toDayNumber } from '../../../../../gateway/policy/windows/local-time.ts';
import type { TimeWindow } from '../../../../../gateway/policy/windows/time-window.ts';
import {
  createWindowStates,
  findWindowStates,
} from '../../../../../gateway/policy/windows/window-states.ts';
import { readWindow } from '../../../../support/time-windows.ts';

const OFFICE =
  '{ days: [monday, tuesday, wednesday, thursday, friday], from: "08:00", to: "18:00", zone: Europe/Berlin }';

function isOpen(written: string, at: string): boolean | undefined {
  const window = readWindow(written);
  return findWindowStates([window], Date.parse(at)).isOpen.get(window.name);
}

test.each([
  ['2026-11-25T07:59:59.999+01:00', false],
  ['2026-11-25T08:00:00+01:00', true],
  ['2026-11-25T17:59:59.999+01:00', true],
  ['2026-11-25T18:00:00+01:00', false],
  ['2026-11-28T12:00:00+01:00', false],
  ['2026-07-01T06:00:00Z', true],
  ['2026-07-01T16:00:00Z', false],
])('office hours are those of the clocks of their zone: %s is %j', (at, expected) => {
  expect(isOpen(OFFICE, at)).toBe(expected);
});

test.each([
  ['2026-11-27T21:59:00Z', false],
  ['2026-11-27T22:00:00Z', true],
  ['2026-11-28T05:59:00Z', true],
  ['2026-11-28T06:00:00Z', false],
  ['2026-11-28T22:00:00Z', false],
  ['2026-11-27T05:00:00Z', false],
])('a night belongs to the day on which it begins: friday night at %s is %j', (at, expected) => {
  expect(isOpen('{ days: [friday], from: "22:00", to: "06:00", zone: UTC }', at)).toBe(expected);
});

test.each([
  ['2026-02-28T23:59:00Z', false],
  ['2026-03-01T03:00:00Z', false],
  ['2026-03-01T22:00:00Z', true],
  ['2026-04-01T05:59:00Z', true],
  ['2026-04-01T06:00:00Z', false],
  ['2026-04-01T22:00:00Z', false],
])('the last night of march ends in april: %s is %j', (at, expected) => {
  const nights = '{ from: "22:00", to: "06:00", since: 2026-03-01, until: 2026-03-31, zone: UTC }';
  expect(isOpen(nights, at)).toBe(expected);
});

test.each([
  // 01:59 is followed by 03:00.
  ['2026-03-29T00:59:00Z', false],
  ['2026-03-29T01:00:00Z', false],
  ['2026-03-28T01:30:00Z', true],
  // 02:59 is followed by 02:00.
  ['2026-10-25T00:30:00Z', true],
  ['2026-10-25T01:30:00Z', true],
  ['2026-10-25T02:00:00Z', false],
])(
  'an hour that clocks leave out is in no window, and one they repeat is in it twice: %s is %j',
  (at, expected) => {
    expect(isOpen('{ from: "02:00", to: "03:00", zone: Europe/Berlin }', at)).toBe(expected);
  },
);

test.each([
  [OFFICE, '2026-11-25T10:00:30+01:00', '2026-11-25T18:00:00+01:00'],
  [OFFICE, '2026-11-25T18:00:00+01:00', '2026-11-26T08:00:00+01:00'],
  // Clocks go forward in between, and back.
  [
    '{ from: "00:00", to: "06:00", zone: Europe/Berlin }',
    '2026-03-29T00:10:00+01:00',
    '2026-03-29T06:00:00+02:00',
  ],
  [
    '{ from: "00:00", to: "06:00", zone: Europe/Berlin }',
    '2026-10-25T00:10:00+02:00',
    '2026-10-25T06:00:00+01:00',
  ],
  // It opens when clocks jump over its beginning.
  [
    '{ from: "02:30", to: "06:00", zone: Europe/Berlin }',
    '2026-03-29T00:10:00+01:00',
    '2026-03-29T03:00:00+02:00',
  ],
  // It closes when they go back before its beginning.
  [
    '{ from: "02:30", to: "06:00", zone: Europe/Berlin }',
    '2026-10-25T02:40:00+02:00',
    '2026-10-25T02:00:00+01:00',
  ],
  [
    '{ since: 2026-06-01, zone: America/New_York }',
    '2026-05-31T23:00:00-04:00',
    '2026-06-01T00:00:00-04:00',
  ],
])('of %s at %s it is known until when it stays so', (written, at, until) => {
  expect(findWindowStates([readWindow(written)], Date.parse(at)).untilMs).toBe(Date.parse(until));
});

test('where nothing opens or closes for long, it is looked again after some days', () => {
  const { untilMs } = findWindowStates(
    [readWindow('{ since: 2030-01-01, zone: UTC }')],
    Date.parse('2026-01-01T00:00:00Z'),
  );

  expect(untilMs).toBe(Date.parse('2026-01-03T00:00:00Z'));
});

test('where many windows could open and none does, it is looked again before days have passed', () => {
  const monday = readWindow('{ days: [monday], from: "00:00", to: "23:59", zone: UTC }');
  const windows = Array.from({ length: 1400 }, (_, fromMinute) => {
    return { ...monday, fromMinute, name: `from ${fromMinute}` };
  });

  const { untilMs } = findWindowStates(windows, Date.parse('2026-11-25T00:00:30Z'));

  expect(untilMs).toBe(Date.parse('2026-11-25T03:20:00Z'));
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'America/St_Johns',
];
const dayOf = (date: string) => Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
const FIRST = dayOf('2025-12-25');
const dayNumber = fc.option(fc.integer({ min: FIRST, max: FIRST + 420 }));
const window: fc.Arbitrary<TimeWindow> = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    days: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
    fromMinute: fc.integer({ min: 0, max: 1439 }),
    toMinute: fc.integer({ min: 1, max: 1440 }),
    firstDay: dayNumber,
    lastDay: dayNumber,
  })
  .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute)
  .map((one) => ({ ...one, name: JSON.stringify(one) }));

/** What a calendar on the wall shows, found by other means. */
function readWall(atMs: number, zone: string) {
  const text = new Date(atMs).toLocaleString('sv-SE', { timeZone: zone });
  const day = dayOf(text.slice(0, 10));
  return { day, minute: 60 * Number(text.slice(11, 13)) + Number(text.slice(14, 16)) };
}

/** One day after the other: is this minute within what begins on it? */
function naive(one: TimeWindow, atMs: number): boolean {
  const { day, minute } = readWall(atMs, one.zone);
  return [day, day - 1].some((begin) => {
    const weekday = (new Date(begin * 86_400_000).getUTCDay() + 6) % 7;
    if (!one.days.includes(weekday)) return false;
    if (one.firstDay !== null && begin < one.firstDay) return false;
    if (one.lastDay !== null && begin > one.lastDay) return false;
    const since = minute + 1440 * (day - begin);
    const end = one.toMinute + (one.toMinute < one.fromMinute ? 1440 : 0);
    return one.fromMinute <= since && since < end;
  });
}

// Days around which the clocks of some zone are changed are as likely as all others together.
const CHANGES = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
];
const instant = fc.oneof(
  fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') }),
  fc
    .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -86_400_000, max: 2 * 86_400_000 }))
    .map(([date, more]) => Date.parse(`${date}T00:00:00Z`) + more),
);

test('windows are open when a naive look at the wall says so, and stay so as long as is said', () => {
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), instant, (windows, atMs) => {
      const { isOpen: states, fromMs, untilMs } = findWindowStates(windows, atMs);
      const expected = windows.map((one) => naive(one, atMs));

      expect(windows.map(({ name }) => states.get(name))).toEqual(expected);
      expect(fromMs).toBeLessThanOrEqual(atMs);
      expect(untilMs).toBeGreaterThan(atMs);
      for (let ms = fromMs; ms < untilMs; ms += 13 * 60_000) {
        expect(windows.map((one) => naive(one, ms))).toEqual(expected);
      }
      expect(windows.map((one) => naive(one, untilMs - 1))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('days are counted as the calendar has them', () => {
  fc.assert(
    fc.property(fc.integer({ min: -800_000, max: 800_000 }), (days) => {
      const date = new Date(days * 86_400_000);
      const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];

      expect(toDayNumber(year, month, day)).toBe(days);
    }),
  );
});

const rulesWith = (...windows: readonly TimeWindow[]): ClassificationRules => ({
  version: 'v',
  classes: [],
  rules: [
    {
      name: 'r',
      subject: { classes: [], tags: [], coordinates: [] },
      caller: {
        ...{ authenticated: false, granted: false },
        ...{ scopes: [], roles: [], domains: [], purposes: [] },
      },
      during: windows,
      effect: 'allow',
      masks: [],
    },
  ],
});

test('rules without windows read no clock, and those with windows look once between openings', () => {
  let inForce = rulesWith();
  let nowMs = Date.parse('2026-11-25T10:00:00Z');
  let reads = 0;
  const states = createWindowStates(
    () => inForce,
    () => {
      reads += 1;
      return nowMs;
    },
  );

  expect(states()).toBeNull();
  expect(reads).toBe(0);

  const noon = readWindow('{ from: "12:00", to: "13:00", zone: UTC }');
  inForce = rulesWith(noon);
  const first = states();
  nowMs = Date.parse('2026-11-25T11:59:59.999Z');
  expect(states()).toBe(first);
  nowMs += 1;
  expect(states()?.isOpen.get(noon.name)).toBe(true);
  nowMs = Date.parse('2026-11-25T10:00:00Z');
  expect(states()?.isOpen.get(noon.name)).toBe(false);
});
