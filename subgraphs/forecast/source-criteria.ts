/**
 * What months can be asked for, as SQL. The text has fixed columns, which monthly figures and
 * the forecast share, and takes its values as parameters $1 to $7; a value that is null asks
 * nothing. It does not touch margin.
 *
 * @module
 */

/** Which months are meant; null where nothing is asked of that property. */
export interface FigureCriteria {
  /** First day; its whole month counts. */
  readonly from: string | null;
  /** Last day, included; its whole month counts. */
  readonly to: string | null;
  /** In the spelling of the source, such as West. */
  readonly regions: readonly string[] | null;
  /** Category ids, such as furniture. */
  readonly categories: readonly string[] | null;
  /** Least revenue, an exact decimal. */
  readonly least: string | null;
  /** Most, included. */
  readonly most: string | null;
  /** How many months of the forecast, counted from its first. */
  readonly monthsAhead: number | null;
}

/** The parameters $1 to $7. */
export function toCriteriaParameters(criteria: FigureCriteria): readonly unknown[] {
  return [
    criteria.from,
    criteria.to,
    criteria.regions,
    criteria.categories,
    criteria.least,
    criteria.most,
    criteria.monthsAhead,
  ];
}

export const FIGURE_CRITERIA = `
  ($1::date IS NULL OR month > $1::date - interval '1 month')
  AND ($2::date IS NULL OR month <= $2)
  AND ($3::text[] IS NULL OR region = ANY ($3))
  AND ($4::text[] IS NULL OR category_id = ANY ($4))
  AND ($5::numeric IS NULL OR revenue >= $5)
  AND ($6::numeric IS NULL OR revenue <= $6)
  AND ($7::int IS NULL
    OR month < (SELECT min(month) FROM forecast_month) + make_interval(months => $7))`;
