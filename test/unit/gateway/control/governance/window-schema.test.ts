import { expect, test } from 'vitest';
import { parseClassificationRules } from '../../../../../gateway/control/governance/parse-classification-rules.ts';
import { readWindow } from '../../../../support/time-windows.ts';

test('reads a window with days, times and dates', () => {
  expect(
    readWindow(
      '{ days: [friday, monday], from: "22:00", to: "06:30", since: 2026-03-01, until: 2026-03-31, zone: Europe/Berlin }',
    ),
  ).toEqual({
    name: 'monday, friday 22:00-06:30 since 2026-03-01 until 2026-03-31 (Europe/Berlin)',
    zone: 'Europe/Berlin',
    days: [0, 4],
    fromMinute: 1320,
    toMinute: 390,
    firstDay: 20_513,
    lastDay: 20_543,
  });
});

test.each([
  [
    '{ days: [monday, tuesday, wednesday, saturday, sunday], zone: UTC }',
    'monday to wednesday, saturday, sunday (UTC)',
  ],
  ['{ from: "08:00", to: "24:00", zone: UTC }', '08:00-24:00 (UTC)'],
  ['{ since: 2026-01-01, zone: UTC }', 'since 2026-01-01 (UTC)'],
  ['{ from: "00:00", to: "24:00", zone: UTC }', 'always (UTC)'],
])('says in words what %s is', (written, words) => {
  expect(readWindow(written).name).toBe(words);
});

test('windows that are the same have one name however they are written', () => {
  const week = '[monday, tuesday, wednesday, thursday, friday, saturday, sunday]';

  expect(
    readWindow(`{ days: ${week}, from: "00:00", to: "24:00", since: 2026-01-01, zone: UTC }`),
  ).toEqual(readWindow('{ since: 2026-01-01, zone: UTC }'));
});

test.each([
  ['{ zone: UTC }', 'at least one of days, from and to, since, until'],
  ['{ days: [monday] }', 'a value of type string'],
  ['{ days: [monday], zone: "+02:00" }', 'a time zone that is known, such as Europe/Berlin or UTC'],
  [
    '{ days: [monday], zone: Mars/Olympus }',
    'a time zone that is known, such as Europe/Berlin or UTC',
  ],
  [
    '{ days: [someday], zone: UTC }',
    'monday or tuesday or wednesday or thursday or friday or saturday or sunday',
  ],
  ['{ from: "08:00", zone: UTC }', 'both from and to, or neither'],
  ['{ from: "08:00", to: "08:00", zone: UTC }', 'another time than that of from'],
  ['{ from: "24:00", to: "08:00", zone: UTC }', 'a time from "00:00" to "23:59"'],
  ['{ from: "22:00", to: "00:00", zone: UTC }', 'a time from "00:01" to "24:00"'],
  ['{ from: "8:00", to: "18:00", zone: UTC }', 'a time from "00:00" to "23:59"'],
  ['{ since: 2026-02-29, zone: UTC }', 'a date of the calendar such as 2026-03-31'],
  ['{ since: 2026-1-1, zone: UTC }', 'a date of the calendar such as 2026-03-31'],
  ['{ since: 2026-03-01, until: 2026-02-28, zone: UTC }', 'no day before that of since'],
  ['{ until: 2026-02-28, zone: UTC, at: noon }', 'no field of this name'],
])('refuses %s', (written, expected) => {
  const parsed = parseClassificationRules(
    `version: 1\nclasses: [{ name: c, tags: [t] }]\nrules: [{ name: r, during: [${written}], effect: deny }]`,
  );

  expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.expected)).toEqual([expected]);
});
