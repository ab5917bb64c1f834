import type { CallerColumn, CallerRow } from './caller-table.ts';

/** What holds of some callers; all of it. */
export interface CallerCondition {
  /** `authenticated`, `scope NAME`, `policy NAME`, `role NAME`, `grant COORDINATE` in any form, `full grant COORDINATE`, `domain NAME`, `purpose NAME`, `during WINDOW`. */
  readonly holds: readonly string[];
  /** Written alike; none of it holds. */
  readonly holdsNot: readonly string[];
}

/** Like a row; null says nothing of a column. */
type Pattern = readonly (number | null)[];

/**
 * Describes rows by conditions, an OR of them, that fit exactly these and no other row of the table.
 * None can say less: without any part of it a condition fits others too.
 *
 * @param wanted Rows to describe, in the order of the table.
 * @param others All other rows; what is in neither does not occur.
 */
export function describeCallers(
  wanted: readonly CallerRow[],
  others: readonly CallerRow[],
  columns: readonly CallerColumn[],
): readonly CallerCondition[] {
  const patterns: Pattern[] = [];
  for (const row of wanted) {
    if (!patterns.some((pattern) => fits(pattern, row))) patterns.push(widen(row, others));
  }
  return patterns.map((pattern) => toCondition(pattern, columns));
}

/** What is not held is left out before what is held: conditions are easier to read by what they ask for. */
function widen(row: CallerRow, others: readonly CallerRow[]): Pattern {
  const places = [...row.keys()];
  const order = [
    ...places.filter((place) => row[place] === 0),
    ...places.filter((place) => row[place] !== 0),
  ];
  let pattern: Pattern = row;
  for (const place of order) {
    const wider = pattern.with(place, null);
    if (!others.some((other) => fits(wider, other))) pattern = wider;
  }
  return pattern;
}

function fits(pattern: Pattern, row: CallerRow): boolean {
  return pattern.every((at, place) => at === null || at === row[place]);
}

function toCondition(pattern: Pattern, columns: readonly CallerColumn[]): CallerCondition {
  const holds: string[] = [];
  const holdsNot: string[] = [];
  for (const [place, { kind, values }] of columns.entries()) {
    const at = pattern[place] ?? null;
    const names = values.map((value) => (kind === 'authenticated' ? kind : `${kind} ${value}`));
    if (at === 0) holdsNot.push(...names);
    else if (at !== null) holds.push(...names.slice(at - 1, at));
  }
  return { holds, holdsNot };
}
