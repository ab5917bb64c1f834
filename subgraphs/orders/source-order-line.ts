/**
 * How order lines are stored.
 *
 * @module
 */

import type { Page } from '../../shared/kit/connection.ts';
import type { CountRow, OrderSession } from './source.ts';
import { LINE_CRITERIA, type SalesCriteria, toCriteriaParameters } from './source-criteria.ts';
import { type ListOrder, toKeyset } from './source-keyset.ts';

/** An order line as the table holds it; market segment in the spelling of the source. */
export interface OrderLineRow {
  /** A whole number. */
  readonly id: string;
  readonly orderId: string;
  readonly orderedOn: string;
  readonly marketSegment: string;
  readonly productId: string;
  readonly categoryId: string;
  readonly sales: string;
  /** The sales in ten-thousandths. */
  readonly salesKey: string;
  readonly quantity: number;
  readonly discount: string;
  readonly profit: string;
}

// The id is spelt with its table throughout, so that an order means the number and not the text made of it.
const byDay = {
  columns: ['ordered_on', 'order_line.id'],
  values: ['date', 'integer'],
  positionOf: (row: OrderLineRow) => [row.orderedOn, row.id],
} as const;

const byAmount = {
  columns: ['sales_key', 'order_line.id'],
  values: ['integer', 'integer'],
  positionOf: (row: OrderLineRow) => [row.salesKey, row.id],
} as const;

const byId = {
  columns: ['order_line.id'],
  values: ['integer'],
  positionOf: (row: OrderLineRow) => [row.id],
} as const;

/** What each member of `OrderLineSort` means. */
export const ORDER_LINE_SORTS = {
  ORDERED_ON_ASC: { ...byDay, list: 'order lines by orderedOn asc', direction: 'ASC' },
  ORDERED_ON_DESC: { ...byDay, list: 'order lines by orderedOn desc', direction: 'DESC' },
  AMOUNT_ASC: { ...byAmount, list: 'order lines by amount asc', direction: 'ASC' },
  AMOUNT_DESC: { ...byAmount, list: 'order lines by amount desc', direction: 'DESC' },
  ID_ASC: { ...byId, list: 'order lines by id asc', direction: 'ASC' },
  ID_DESC: { ...byId, list: 'order lines by id desc', direction: 'DESC' },
} as const satisfies Record<string, ListOrder<OrderLineRow>>;

export type OrderLineSort = keyof typeof ORDER_LINE_SORTS;

/** The column that leads from a line to what it belongs to. */
export const LINE_PARENT_COLUMNS = { order: 'order_id', product: 'product_id' } as const;

export type LineParent = keyof typeof LINE_PARENT_COLUMNS;

const COLUMNS = `
  order_line.id::text AS id, order_id AS "orderId", ordered_on AS "orderedOn", market_segment AS "marketSegment",
  product_id AS "productId", category_id AS "categoryId", sales, sales_key AS "salesKey", quantity, discount, profit`;

/** Whether a text is a line's id in its one written form; only such a text may stand in a statement. */
export function isOrderLineId(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
}

/** Order lines of these ids, in any order. */
export function findOrderLines(
  session: OrderSession,
  ids: readonly string[],
): Promise<readonly OrderLineRow[]> {
  return session.query<OrderLineRow>(
    `SELECT ${COLUMNS} FROM order_line WHERE order_line.id = ANY ($1::int[])`,
    [ids.filter(isOrderLineId)],
  );
}

/** One page of the order lines that meet the criteria, and one row more where there is one. */
export function listOrderLines(
  session: OrderSession,
  criteria: SalesCriteria,
  sort: OrderLineSort,
  page: Page,
): Promise<readonly OrderLineRow[]> {
  const { behindCursor, order } = toKeyset(ORDER_LINE_SORTS[sort], page, 9);
  return session.query<OrderLineRow>(
    `SELECT ${COLUMNS} FROM order_line WHERE ${LINE_CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $8`,
    [...toCriteriaParameters(criteria), page.limit, ...(page.after ?? [])],
  );
}

/** For each of these orders or products, one page of its lines and one row more where there is one. */
export function listOrderLinesOf(
  session: OrderSession,
  parent: LineParent,
  keys: readonly string[],
  criteria: SalesCriteria,
  sort: OrderLineSort,
  page: Page,
): Promise<readonly OrderLineRow[]> {
  const { behindCursor, order } = toKeyset(ORDER_LINE_SORTS[sort], page, 10);
  return session.query<OrderLineRow>(
    `SELECT ${COLUMNS}
     FROM unnest($9::text[]) AS wanted (key)
     CROSS JOIN LATERAL (
       SELECT * FROM order_line
       WHERE ${LINE_PARENT_COLUMNS[parent]} = key AND ${LINE_CRITERIA} ${behindCursor}
       ORDER BY ${order} LIMIT $8
     ) AS order_line
     ORDER BY ${order}`,
    [...toCriteriaParameters(criteria), page.limit, keys, ...(page.after ?? [])],
  );
}

/** How many order lines meet the criteria. */
export async function countOrderLines(
  session: OrderSession,
  criteria: SalesCriteria,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM order_line WHERE ${LINE_CRITERIA}`,
    toCriteriaParameters(criteria),
  );
  return row?.count ?? 0;
}

/** How many of their lines meet the criteria, by order or product; one without any is absent. */
export function countOrderLinesOf(
  session: OrderSession,
  parent: LineParent,
  keys: readonly string[],
  criteria: SalesCriteria,
): Promise<readonly CountRow[]> {
  const column = LINE_PARENT_COLUMNS[parent];
  return session.query<CountRow>(
    `SELECT ${column} AS key, count(*)::int AS count
     FROM order_line WHERE ${column} = ANY ($8) AND ${LINE_CRITERIA} GROUP BY ${column}`,
    [...toCriteriaParameters(criteria), keys],
  );
}
