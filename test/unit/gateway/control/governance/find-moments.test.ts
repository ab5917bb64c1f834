import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findMoments } from '../../../../../gateway/control/governance/find-moments.ts';
import { isOpenAt } from '../../../../../gateway/policy/windows/time-window.ts';
import { readWindow } from '../../../../support/time-windows.ts';

const window = fc
  .record({
    days: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
    fromMinute: fc.integer({ min: 0, max: 23 }).map((hour) => 60 * hour),
    toMinute: fc.integer({ min: 1, max: 24 }).map((hour) => 60 * hour),
    firstDay: fc.option(fc.integer({ min: 100, max: 130 })),
    lastDay: fc.option(fc.integer({ min: 100, max: 130 })),
  })
  .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute)
  .map((one) => ({ ...one, name: JSON.stringify(one), zone: 'UTC' }));

test('finds exactly what is open together at some hour of some day', () => {
  fc.assert(
    fc.property(fc.array(window, { maxLength: 4 }), (windows) => {
      const seen = new Set<string>();
      for (let hour = 80 * 24; hour < 150 * 24; hour += 1) {
        const now = { day: Math.floor(hour / 24), minute: 60 * (hour % 24) };
        seen.add(windows.map((one) => isOpenAt(one, now)).join());
      }

      const found = findMoments(windows).map((moment) => moment.join());
      expect(found.toSorted()).toEqual([...seen].sort());
    }),
  );
});

test('takes windows of two zones not to know of each other', () => {
  const moments = findMoments([
    readWindow('{ from: "08:00", to: "18:00", zone: Europe/Berlin }'),
    readWindow('{ from: "08:00", to: "18:00", zone: Asia/Tokyo }'),
  ]);

  expect(moments).toHaveLength(4);
});

test('refuses windows that tell too many times apart', () => {
  const zones = Intl.supportedValuesOf('timeZone').slice(0, 13);
  const windows = zones.map((zone) => readWindow(`{ days: [monday], zone: ${zone} }`));

  expect(() => findMoments(windows)).toThrow(/at most 4096 times apart; there are more/);
});
