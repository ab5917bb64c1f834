/**
 * What lists and figures can be asked for, as SQL.
 *
 * Each text has fixed columns and takes its values as parameters $1 to $7; a value
 * that is null asks nothing. None of them touches profit.
 *
 * @module
 */

/** Which orders or order lines are meant; null where nothing is asked of that property. */
export interface SalesCriteria {
  /** First day. */
  readonly from: string | null;
  /** Last day, included. */
  readonly to: string | null;
  /** In the spelling of the source, such as West. */
  readonly regions: readonly string[] | null;
  /** Category ids, such as furniture. */
  readonly categories: readonly string[] | null;
  /** In the spelling of the source, such as Home Office. */
  readonly marketSegments: readonly string[] | null;
  /** Least amount, an exact decimal. */
  readonly least: string | null;
  /** Most, included. */
  readonly most: string | null;
}

/** Asks nothing: every row the caller may see. */
export const NO_CRITERIA: SalesCriteria = {
  from: null,
  to: null,
  regions: null,
  categories: null,
  marketSegments: null,
  least: null,
  most: null,
};

/** The parameters $1 to $7. */
export function toCriteriaParameters(criteria: SalesCriteria): readonly unknown[] {
  return [
    criteria.from,
    criteria.to,
    criteria.regions,
    criteria.categories,
    criteria.marketSegments,
    criteria.least,
    criteria.most,
  ];
}

/** Columns that an order and an order line have alike. */
const COMMON_CRITERIA = `
  ($1::date IS NULL OR ordered_on >= $1)
  AND ($2::date IS NULL OR ordered_on <= $2)
  AND ($3::text[] IS NULL OR region = ANY ($3))
  AND ($5::text[] IS NULL OR market_segment = ANY ($5))`;

/** For a statement that reads `order_line`. */
export const LINE_CRITERIA = `${COMMON_CRITERIA}
  AND ($4::text[] IS NULL OR category_id = ANY ($4))
  AND ($6::numeric IS NULL OR sales >= $6)
  AND ($7::numeric IS NULL OR sales <= $7)`;

/** For a statement that reads `"order"`. */
export const ORDER_CRITERIA = `${COMMON_CRITERIA}
  AND ($4::text[] IS NULL OR EXISTS (
    SELECT FROM order_line WHERE order_line.order_id = "order".id AND category_id = ANY ($4)
  ))
  AND ($6::numeric IS NULL OR amount >= $6)
  AND ($7::numeric IS NULL OR amount <= $7)`;
