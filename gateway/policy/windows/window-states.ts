import type { ClassificationRules } from '../classification-rules.ts';
import { type LocalTime, MINUTES_OF_DAY, toLocalTime } from './local-time.ts';
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

/** How far it is looked for the next opening or closing: days may pass without any. */
const LOOKED_AHEAD = { minutes: 2 * MINUTES_OF_DAY, edges: 200 };

/** Finds which windows are open, and how long that stays so: at least until the next full minute. */
export function findWindowStates(windows: readonly TimeWindow[], nowMs: number): WindowStates {
  const from = Math.floor(nowMs / MINUTE_MS);
  const open = openAt(windows, from);
  const edges = collectEdges(windows);
  let until = from;
  for (let looked = 0; looked < LOOKED_AHEAD.edges; looked += 1) {
    until = nextEdge(edges, until);
    const isFar = until - from >= LOOKED_AHEAD.minutes;
    if (isFar || !isSame(openAt(windows, until), open)) break;
  }
  return {
    isOpen: new Map(windows.map(({ name }, place) => [name, open[place] === true])),
    fromMs: from * MINUTE_MS,
    untilMs: until * MINUTE_MS,
  };
}

function openAt(windows: readonly TimeWindow[], epochMinutes: number): readonly boolean[] {
  const clocks = new Map<string, LocalTime>();
  return windows.map((window) => {
    const { zone } = window;
    const now = clocks.get(zone) ?? toLocalTime(epochMinutes, zone);
    clocks.set(zone, now);
    return isOpenAt(window, now);
  });
}

function isSame(some: readonly boolean[], others: readonly boolean[]): boolean {
  return some.every((one, place) => one === others[place]);
}

/** By zone the minutes of a day at which a window can open or close. */
type Edges = ReadonlyMap<string, ReadonlySet<number>>;

function collectEdges(windows: readonly TimeWindow[]): Edges {
  const edges = new Map<string, Set<number>>();
  for (const { zone, fromMinute, toMinute } of windows) {
    const known = edges.get(zone) ?? new Set([0]);
    edges.set(zone, known.add(fromMinute).add(toMinute));
  }
  return edges;
}

/** The first minute after this one in which a window can open or close; at most a day later. */
function nextEdge(edges: Edges, epochMinutes: number): number {
  const ofZones = [...edges].map(([zone, minutes]) => {
    const { minute } = toLocalTime(epochMinutes, zone);
    const next = Math.min(...[...minutes].map((edge) => minutesUntil(edge, minute)));
    return beforeClocksChange(epochMinutes, next, zone);
  });
  return Math.min(...ofZones);
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
