import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { MINUTES_OF_DAY } from '../../policy/windows/local-time.ts';
import { isOpenAt, type TimeWindow } from '../../policy/windows/time-window.ts';

/** Which of some windows are open together, in their order. */
export type Moment = readonly boolean[];

const MOST_MOMENTS = 4096;

/**
 * Finds all that can be open at one time. For windows of one zone that is exact, by all days and minutes
 * on which one of them can open or close; windows of different zones are taken not to know of each other.
 *
 * @returns Each once; of no windows the one moment that there is.
 * @throws {MeshgateError} `INPUT_INVALID` where there are more than 4,096.
 */
export function findMoments(windows: readonly TimeWindow[]): readonly Moment[] {
  const zones = [...new Set(windows.map(({ zone }) => zone))];
  const byZone = zones.map((zone) => {
    const own = windows.filter((window) => window.zone === zone);
    return findMomentsOfZone(own).map((moment) => own.map((window, at) => [window, moment[at]]));
  });
  checkCount(byZone.reduce((product, moments) => product * moments.length, 1));
  const all = byZone.reduce<readonly (readonly unknown[][])[]>(
    (combined, moments) => combined.flatMap((some) => moments.map((more) => [...some, ...more])),
    [[]],
  );
  return all.map((states) => {
    const byWindow = new Map(states.map(([window, isOpen]) => [window, isOpen]));
    return windows.map((window) => byWindow.get(window) === true);
  });
}

function checkCount(count: number): void {
  if (count <= MOST_MOMENTS) return;
  throw new MeshgateError('INPUT_INVALID', {
    message: `Expected windows of rules that tell at most ${MOST_MOMENTS} times apart; there are more.`,
    details: { limit: MOST_MOMENTS },
  });
}

function findMomentsOfZone(windows: readonly TimeWindow[]): readonly Moment[] {
  const minutes = distinct([
    0,
    ...windows.flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute % MINUTES_OF_DAY]),
  ]);
  const moments = new Map<string, Moment>();
  for (const day of listDays(windows)) {
    for (const minute of minutes) {
      const moment = windows.map((window) => isOpenAt(window, { day, minute }));
      moments.set(moment.join(), moment);
      checkCount(moments.size);
    }
  }
  return [...moments.values()];
}

/** Days of which any other day is like one: a week from and before each day that dates of windows name. */
function listDays(windows: readonly TimeWindow[]): readonly number[] {
  const named = windows.flatMap(({ firstDay, lastDay }) => [
    ...(firstDay === null ? [] : [firstDay]),
    ...(lastDay === null ? [] : [lastDay + 1]),
  ]);
  // A window that goes past midnight ends on the day after.
  const edges = distinct(named.flatMap((day) => [day, day + 1]));
  const starts = [(edges[0] ?? 0) - 7, ...edges];
  return starts.flatMap((start, place) => {
    const end = Math.min(start + 7, edges[place] ?? Number.POSITIVE_INFINITY);
    return Array.from({ length: end - start }, (_, at) => start + at);
  });
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}
