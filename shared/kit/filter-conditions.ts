/**
 * Conditions of a list's `filter` argument, checked: what is absent or null asks nothing, and what is out of
 * bounds is refused with what was expected.
 *
 * @module
 */
import { MeshgateError } from '../errors/meshgate-error.ts';

const MOST_VALUES = 200;

/** Days from the first to the last, both as `YYYY-MM-DD`; null is open. */
export interface DayRange {
  readonly from: string | null;
  readonly to: string | null;
}

type Maybe<Value> = Value | null | undefined;

/** @throws {MeshgateError} `INPUT_INVALID` when there are not 1 to 200 values. */
export function parseValues(name: string, values: Maybe<readonly string[]>) {
  return bound(name, values, MOST_VALUES, 'values');
}

/**
 * @param maximum Longest text, in UTF-16 code units.
 * @throws {MeshgateError} `INPUT_INVALID` when the text is empty or longer.
 */
export function parseText(name: string, text: Maybe<string>, maximum: number): string | null {
  return bound(name, text, maximum, 'characters');
}

/** @throws {MeshgateError} `INPUT_INVALID` when the range ends before it starts. */
export function parseDays(
  name: string,
  range: Maybe<{ readonly from?: string | null; readonly to?: string | null }>,
): DayRange {
  const from = range?.from ?? null;
  const to = range?.to ?? null;
  if (from !== null && to !== null && to < from) {
    throw refuseFilter(
      name,
      `filter.${name} must not end before it starts, but runs from ${from} to ${to}.`,
    );
  }
  return { from, to };
}

/**
 * The refusal of one condition, for checks that only a product can make.
 *
 * @param message Says what was expected, given, and what to do.
 */
export function refuseFilter(
  name: string,
  message: string,
  bounds: Readonly<Record<string, number>> = {},
): MeshgateError {
  return new MeshgateError('INPUT_INVALID', {
    message,
    details: { argument: `filter.${name}`, ...bounds },
  });
}

function bound<Condition extends string | readonly string[]>(
  name: string,
  condition: Maybe<Condition>,
  maximum: number,
  unit: string,
): Condition | null {
  if (condition === null || condition === undefined) return null;
  if (condition.length >= 1 && condition.length <= maximum) return condition;
  throw refuseFilter(
    name,
    `filter.${name} must have 1 to ${maximum} ${unit}, not ${condition.length}; leave it out to ask for all.`,
    { minimum: 1, maximum },
  );
}
