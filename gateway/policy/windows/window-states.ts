import type { ClassificationRules } from '../classification-rules.ts';
import { MINUTES_OF_DAY, toLocalTime } from './local-time.ts';
import { isOpenAt, type TimeWindow } from './time-window.ts';

/** Which windows are open at a moment. */
export interface WindowStates {
  /** By name; of a window that is absent nothing is known. */
  readonly isOpen: ReadonlyMap<string, boolean>;
  /** From when, and until when at least, they are so: epoch milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Finds the windows of rules, each once. */
export function collectWindows({ rules }: ClassificationRules): readonly TimeWindow[] {
  const all = rules.flatMap(({ during }) => during);
  return [...new Map(all.map((window) => [window.name, window])).values()];
}

/**
 * Creates what says which windows of the rules in force are open now: found out once from one opening
 * or closing to the next. Where no rule has a window it is null, and no clock is read.
 *
 * @param inForce The same object as long as the rules are the same.
 * @param now Epoch milliseconds.
 */
export function createWindowStates(
  inForce: () => ClassificationRules,
  now: () => number,
): () => WindowStates | null {
  let rules: ClassificationRules | null = null;
  let windows: readonly TimeWindow[] = [];
  let states: WindowStates | null = null;
  return () => {
    const current = inForce();
    if (current !== rules) {
      rules = current;
      windows = collectWindows(current);
      states = null;
    }
    if (windows.length === 0) return null;
    const nowMs = now();
    if (states === null || nowMs < states.fromMs || nowMs >= states.untilMs) {
      states = findWindowStates(windows, nowMs);
    }
    return states;
  };
}

const MINUTE_MS = 60_000;

/** How far it is looked for the next opening or closing, in minutes: days that may pass without any. */
const LOOKED_AHEAD = 2 * MINUTES_OF_DAY;

/** Finds which windows are open, and how long that stays so: at least until the next full minute. */
export function findWindowStates(windows: readonly TimeWindow[], nowMs: number): WindowStates {
  const from = Math.floor(nowMs / MINUTE_MS);
  const open = openAt(windows, from);
  let until = from;
  do until = nextEdge(windows, until);
  while (until - from < LOOKED_AHEAD && isSame(openAt(windows, until), open));
  return {
    isOpen: new Map(windows.map(({ name }, place) => [name, open[place] === true])),
    fromMs: from * MINUTE_MS,
    untilMs: until * MINUTE_MS,
  };
}

function openAt(windows: readonly TimeWindow[], epochMinutes: number): readonly boolean[] {
  return windows.map((window) => isOpenAt(window, toLocalTime(epochMinutes, window.zone)));
}

function isSame(some: readonly boolean[], others: readonly boolean[]): boolean {
  return some.every((one, place) => one === others[place]);
}

/** The first minute after this one in which a window can open or close; at most a day later. */
function nextEdge(windows: readonly TimeWindow[], epochMinutes: number): number {
  return Math.min(...windows.map((window) => nextEdgeOf(window, epochMinutes)));
}

function nextEdgeOf({ zone, fromMinute, toMinute }: TimeWindow, epochMinutes: number): number {
  const { minute } = toLocalTime(epochMinutes, zone);
  const edges = [0, fromMinute, toMinute].map((edge) => minutesUntil(edge, minute));
  return beforeClocksChange(epochMinutes, Math.min(...edges), zone);
}

/** From 1 to 1440. */
function minutesUntil(edge: number, minute: number): number {
  return ((((edge - minute - 1) % MINUTES_OF_DAY) + MINUTES_OF_DAY) % MINUTES_OF_DAY) + 1;
}

/** Goes on by a number of minutes, or to where the clocks of the zone are changed before that. */
function beforeClocksChange(epochMinutes: number, minutes: number, zone: string): number {
  const offset = offsetAt(epochMinutes, zone);
  if (offsetAt(epochMinutes + minutes, zone) === offset) return epochMinutes + minutes;
  let [same, changed] = [epochMinutes, epochMinutes + minutes];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(middle, zone) === offset) same = middle;
    else changed = middle;
  }
  return changed;
}

/** What clocks of the zone show more than those of UTC, in minutes. */
function offsetAt(epochMinutes: number, zone: string): number {
  const { day, minute } = toLocalTime(epochMinutes, zone);
  return day * MINUTES_OF_DAY + minute - epochMinutes;
}
