/**
 * Measurements of the forecast's method. Errors relative to revenue are computed from the
 * stored amounts, so that those of several rows can be taken together.
 *
 * @module
 */

import type { CursorOrder, Page } from '../../shared/kit/connection.ts';
import type { FigureSession } from './source.ts';

/** How the method did for one category and region; amounts and shares are exact decimals. */
export interface AccuracyRow {
  readonly id: string;
  readonly region: string;
  readonly categoryId: string;
  readonly firstMonth: string;
  readonly lastMonth: string;
  readonly months: number;
  readonly monthsWithinBounds: number;
  readonly actual: string;
  readonly forecast: string;
  readonly absoluteError: string;
  readonly weightedError: string | null;
  readonly baselineWeightedError: string | null;
}

/** How the method did for several categories and regions together. */
export interface AccuracyTotalsRow {
  readonly actual: string;
  readonly forecast: string;
  readonly absoluteError: string;
  readonly weightedError: string | null;
  readonly baselineWeightedError: string | null;
  readonly bias: string | null;
  readonly coverage: string | null;
}

/** Which measurements are meant; null where nothing is asked of that property. */
export interface AccuracyCriteria {
  readonly regions: readonly string[] | null;
  readonly categories: readonly string[] | null;
}

/** The order of the list: by id. */
export const ACCURACY_ORDER = {
  list: 'accuracy by id asc',
  values: ['text'],
} as const satisfies CursorOrder;

const CRITERIA = `
  ($1::text[] IS NULL OR region = ANY ($1)) AND ($2::text[] IS NULL OR category_id = ANY ($2))`;

/** One page of the measurements that meet the criteria, and one row more where there is one. */
export function listAccuracy(
  session: FigureSession,
  criteria: AccuracyCriteria,
  page: Page,
): Promise<readonly AccuracyRow[]> {
  return session.query<AccuracyRow>(
    `SELECT id, region, category_id AS "categoryId", first_month AS "firstMonth",
       last_month AS "lastMonth", months, months_within_bounds AS "monthsWithinBounds", actual,
       forecast, absolute_error AS "absoluteError",
       round(absolute_error / nullif(actual, 0), 4) AS "weightedError",
       round(baseline_absolute_error / nullif(actual, 0), 4) AS "baselineWeightedError"
     FROM forecast_accuracy
     WHERE ${CRITERIA} AND ($4::text IS NULL OR id > $4) ORDER BY id LIMIT $3`,
    [criteria.regions, criteria.categories, page.limit, page.after?.[0] ?? null],
  );
}

/** How many measurements meet the criteria. */
export async function countAccuracy(
  session: FigureSession,
  criteria: AccuracyCriteria,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM forecast_accuracy WHERE ${CRITERIA}`,
    [criteria.regions, criteria.categories],
  );
  return row?.count ?? 0;
}

/** The measurements that meet the criteria, taken together; one row, also where there is none. */
export function sumAccuracy(
  session: FigureSession,
  criteria: AccuracyCriteria,
): Promise<readonly AccuracyTotalsRow[]> {
  return session.query<AccuracyTotalsRow>(
    `SELECT
       coalesce(sum(actual), 0.0000) AS actual,
       coalesce(sum(forecast), 0.00) AS forecast,
       coalesce(sum(absolute_error), 0.0000) AS "absoluteError",
       round(sum(absolute_error) / nullif(sum(actual), 0), 4) AS "weightedError",
       round(sum(baseline_absolute_error) / nullif(sum(actual), 0), 4) AS "baselineWeightedError",
       round((sum(forecast) - sum(actual)) / nullif(sum(actual), 0), 4) AS bias,
       round(sum(months_within_bounds)::numeric / nullif(sum(months), 0), 4) AS coverage
     FROM forecast_accuracy WHERE ${CRITERIA}`,
    [criteria.regions, criteria.categories],
  );
}
