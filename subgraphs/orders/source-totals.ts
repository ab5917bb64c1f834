/**
 * Figures of sets of order lines, summed up where the lines are stored.
 *
 * @module
 */

import type { OrderSession } from './source.ts';
import {
  LINE_CRITERIA,
  ORDER_CRITERIA,
  type SalesCriteria,
  toCriteriaParameters,
} from './source-criteria.ts';
import { LINE_PARENT_COLUMNS, type LineParent } from './source-order-line.ts';

/** Figures of a set of order lines; amounts are exact decimals. */
export interface SalesTotalsRow {
  readonly lines: number;
  readonly orders: number;
  readonly quantity: number;
  readonly sales: string;
  /** Null where there is no line. */
  readonly averageSales: string | null;
  readonly profit: string;
}

/** Figures of the lines that belong to a key. */
export interface KeyedTotalsRow extends SalesTotalsRow {
  readonly key: string;
}

/** Figures of a set without any line. */
export const NO_SALES: SalesTotalsRow = {
  lines: 0,
  orders: 0,
  quantity: 0,
  sales: '0.0000',
  averageSales: null,
  profit: '0.0000',
};

/** What makes a group, for each member of `SalesGrouping`. */
const GROUP_KEYS = {
  REGION: 'upper(region)',
  CATEGORY: 'category_id',
  MARKET_SEGMENT: `upper(replace(market_segment, ' ', '_'))`,
  MONTH: `to_char(ordered_on, 'YYYY-MM')`,
  QUARTER: `to_char(ordered_on, 'YYYY-"Q"Q')`,
  YEAR: `to_char(ordered_on, 'YYYY')`,
} as const;

export type SalesGrouping = keyof typeof GROUP_KEYS;

const TOTALS = `
  count(*)::int AS lines, count(DISTINCT order_id)::int AS orders, coalesce(sum(quantity), 0)::int AS quantity,
  coalesce(sum(sales), 0.0000) AS sales, round(avg(sales), 4) AS "averageSales",
  coalesce(sum(profit), 0.0000) AS profit`;

/** Figures of the lines that meet the criteria. */
export async function sumOrderLines(
  session: OrderSession,
  criteria: SalesCriteria,
): Promise<SalesTotalsRow> {
  const [row] = await session.query<SalesTotalsRow>(
    `SELECT ${TOTALS} FROM order_line WHERE ${LINE_CRITERIA}`,
    toCriteriaParameters(criteria),
  );
  return row ?? NO_SALES;
}

/** Figures of their lines that meet the criteria, by order or product; one without any is absent. */
export function sumOrderLinesOf(
  session: OrderSession,
  parent: LineParent,
  keys: readonly string[],
  criteria: SalesCriteria,
): Promise<readonly KeyedTotalsRow[]> {
  const column = LINE_PARENT_COLUMNS[parent];
  return session.query<KeyedTotalsRow>(
    `SELECT ${column} AS key, ${TOTALS}
     FROM order_line WHERE ${column} = ANY ($8) AND ${LINE_CRITERIA} GROUP BY ${column}`,
    [...toCriteriaParameters(criteria), keys],
  );
}

/** Figures of all lines of the orders that meet the criteria. */
export async function sumOrders(
  session: OrderSession,
  criteria: SalesCriteria,
): Promise<SalesTotalsRow> {
  const [row] = await session.query<SalesTotalsRow>(
    `SELECT ${TOTALS} FROM order_line
     WHERE order_id IN (SELECT id FROM "order" WHERE ${ORDER_CRITERIA})`,
    toCriteriaParameters(criteria),
  );
  return row ?? NO_SALES;
}

/** Figures of all lines of their orders that meet the criteria, by account; one without any is absent. */
export function sumOrdersOfAccounts(
  session: OrderSession,
  accountIds: readonly string[],
  criteria: SalesCriteria,
): Promise<readonly KeyedTotalsRow[]> {
  return session.query<KeyedTotalsRow>(
    `SELECT account_id AS key, ${TOTALS}
     FROM (SELECT id, account_id FROM "order" WHERE account_id = ANY ($8) AND ${ORDER_CRITERIA}) AS wanted
     JOIN order_line ON order_id = wanted.id
     GROUP BY account_id`,
    [...toCriteriaParameters(criteria), accountIds],
  );
}

/** Figures of the lines that meet the criteria, by group, in ascending order of the key. */
export function sumOrderLinesByGroup(
  session: OrderSession,
  grouping: SalesGrouping,
  criteria: SalesCriteria,
): Promise<readonly KeyedTotalsRow[]> {
  return session.query<KeyedTotalsRow>(
    `SELECT ${GROUP_KEYS[grouping]} AS key, ${TOTALS}
     FROM order_line WHERE ${LINE_CRITERIA} GROUP BY key ORDER BY key`,
    toCriteriaParameters(criteria),
  );
}
