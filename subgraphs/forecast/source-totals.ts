/**
 * Sums of monthly figures and of the forecast, made where they are stored.
 *
 * @module
 */

import { type FigureSession, isCategoryId } from './source.ts';
import { FIGURE_CRITERIA, type FigureCriteria, toCriteriaParameters } from './source-criteria.ts';

/** Sums of monthly figures; amounts are exact decimals. */
export interface RevenueTotalsRow {
  readonly months: number;
  readonly orderLines: number;
  readonly revenue: string;
  /** Null where there is no month. */
  readonly averageMonthlyRevenue: string | null;
  readonly margin: string;
}

/** Sums of the forecast. */
export interface ForecastTotalsRow {
  readonly months: number;
  readonly revenue: string;
}

/** Sums of what belongs to a key. */
export type Keyed<Totals> = Totals & { readonly key: string };

/** Sums without any month. */
export const NO_REVENUE: RevenueTotalsRow = {
  months: 0,
  orderLines: 0,
  revenue: '0.0000',
  averageMonthlyRevenue: null,
  margin: '0.0000',
};

/** The forecast without any month. */
export const NO_FORECAST: ForecastTotalsRow = { months: 0, revenue: '0.00' };

/** What makes a group, for each member of `RevenueGrouping`. */
const GROUP_KEYS = {
  CATEGORY: 'category_id',
  REGION: 'upper(region)',
  MONTH: `to_char(month, 'YYYY-MM')`,
  QUARTER: `to_char(month, 'YYYY-"Q"Q')`,
  YEAR: `to_char(month, 'YYYY')`,
} as const;

export type RevenueGrouping = keyof typeof GROUP_KEYS;

const REVENUE = `
  count(DISTINCT month)::int AS months, coalesce(sum(order_lines), 0)::int AS "orderLines",
  coalesce(sum(revenue), 0.0000) AS revenue,
  round(sum(revenue) / nullif(count(DISTINCT month), 0), 4) AS "averageMonthlyRevenue",
  coalesce(sum(margin), 0.0000) AS margin`;

const FORECAST = `
  count(DISTINCT month)::int AS months, coalesce(sum(revenue), 0.00) AS revenue`;

/** Sums of the monthly figures that meet the criteria. */
export async function sumFigures(
  session: FigureSession,
  criteria: FigureCriteria,
): Promise<RevenueTotalsRow> {
  const [row] = await session.query<RevenueTotalsRow>(
    `SELECT ${REVENUE} FROM monthly_figures WHERE ${FIGURE_CRITERIA}`,
    toCriteriaParameters(criteria),
  );
  return row ?? NO_REVENUE;
}

/** Sums of their monthly figures that meet the criteria, by category; one without any is absent. */
export function sumFiguresOfCategories(
  session: FigureSession,
  categoryIds: readonly string[],
  criteria: FigureCriteria,
): Promise<readonly Keyed<RevenueTotalsRow>[]> {
  return session.query<Keyed<RevenueTotalsRow>>(
    `SELECT category_id AS key, ${REVENUE} FROM monthly_figures
     WHERE category_id = ANY ($8) AND ${FIGURE_CRITERIA} GROUP BY category_id`,
    [...toCriteriaParameters(criteria), categoryIds.filter(isCategoryId)],
  );
}

/** Sums of the monthly figures that meet the criteria, by group, in ascending order of the key. */
export function sumFiguresByGroup(
  session: FigureSession,
  grouping: RevenueGrouping,
  criteria: FigureCriteria,
): Promise<readonly Keyed<RevenueTotalsRow>[]> {
  return session.query<Keyed<RevenueTotalsRow>>(
    `SELECT ${GROUP_KEYS[grouping]} AS key, ${REVENUE}
     FROM monthly_figures WHERE ${FIGURE_CRITERIA} GROUP BY key ORDER BY key`,
    toCriteriaParameters(criteria),
  );
}

/** Sums of the forecast months that meet the criteria. */
export async function sumForecast(
  session: FigureSession,
  criteria: FigureCriteria,
): Promise<ForecastTotalsRow> {
  const [row] = await session.query<ForecastTotalsRow>(
    `SELECT ${FORECAST} FROM forecast_month WHERE ${FIGURE_CRITERIA}`,
    toCriteriaParameters(criteria),
  );
  return row ?? NO_FORECAST;
}

/** Sums of their forecast months that meet the criteria, by category; one without any is absent. */
export function sumForecastOfCategories(
  session: FigureSession,
  categoryIds: readonly string[],
  criteria: FigureCriteria,
): Promise<readonly Keyed<ForecastTotalsRow>[]> {
  return session.query<Keyed<ForecastTotalsRow>>(
    `SELECT category_id AS key, ${FORECAST} FROM forecast_month
     WHERE category_id = ANY ($8) AND ${FIGURE_CRITERIA} GROUP BY category_id`,
    [...toCriteriaParameters(criteria), categoryIds.filter(isCategoryId)],
  );
}
