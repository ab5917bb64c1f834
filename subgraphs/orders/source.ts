/**
 * How orders are stored. Only this file and its neighbours `source-*.ts` know SQL.
 *
 * @module
 */

import type { Page } from '../../shared/kit/connection.ts';
import type { QueryRows } from '../../shared/kit/product-database.ts';
import { ORDER_CRITERIA, type SalesCriteria, toCriteriaParameters } from './source-criteria.ts';
import { type ListOrder, toKeyset } from './source-keyset.ts';

/** Something statements can be run on: a request's session or a transaction. */
export interface OrderSession {
  readonly query: QueryRows;
}

/** An order as the table holds it; region and market segment in the spelling of the source. */
export interface OrderRow {
  readonly id: string;
  readonly orderedOn: string;
  readonly region: string;
  readonly marketSegment: string;
  readonly accountId: string;
  readonly amount: string;
  /** The amount in ten-thousandths. */
  readonly amountKey: string;
}

/** How many rows belong to a key. */
export interface CountRow {
  readonly key: string;
  readonly count: number;
}

const byDay = {
  columns: ['ordered_on', 'id'],
  values: ['date', 'text'],
  positionOf: (row: OrderRow) => [row.orderedOn, row.id],
} as const;

const byAmount = {
  columns: ['amount_key', 'id'],
  values: ['integer', 'text'],
  positionOf: (row: OrderRow) => [row.amountKey, row.id],
} as const;

const byId = {
  columns: ['id'],
  values: ['text'],
  positionOf: (row: OrderRow) => [row.id],
} as const;

/** What each member of `OrderSort` means. */
export const ORDER_SORTS = {
  ORDERED_ON_ASC: { ...byDay, list: 'orders by orderedOn asc', direction: 'ASC' },
  ORDERED_ON_DESC: { ...byDay, list: 'orders by orderedOn desc', direction: 'DESC' },
  AMOUNT_ASC: { ...byAmount, list: 'orders by amount asc', direction: 'ASC' },
  AMOUNT_DESC: { ...byAmount, list: 'orders by amount desc', direction: 'DESC' },
  ID_ASC: { ...byId, list: 'orders by id asc', direction: 'ASC' },
  ID_DESC: { ...byId, list: 'orders by id desc', direction: 'DESC' },
} as const satisfies Record<string, ListOrder<OrderRow>>;

export type OrderSort = keyof typeof ORDER_SORTS;

const COLUMNS = `
  id, ordered_on AS "orderedOn", region, market_segment AS "marketSegment", account_id AS "accountId",
  amount, amount_key AS "amountKey"`;

/** Ids of another form cannot exist, and may hold characters that no statement takes. */
const ID_FORM = /^[A-Z]{2}-\d{4}-\d{6}$/;

/** Orders of these ids, in any order. */
export function findOrders(
  session: OrderSession,
  ids: readonly string[],
): Promise<readonly OrderRow[]> {
  return session.query<OrderRow>(`SELECT ${COLUMNS} FROM "order" WHERE id = ANY ($1)`, [
    ids.filter((id) => ID_FORM.test(id)),
  ]);
}

/** One page of the orders that meet the criteria, and one row more where there is one. */
export function listOrders(
  session: OrderSession,
  criteria: SalesCriteria,
  sort: OrderSort,
  page: Page,
): Promise<readonly OrderRow[]> {
  const { behindCursor, order } = toKeyset(ORDER_SORTS[sort], page, 9);
  return session.query<OrderRow>(
    `SELECT ${COLUMNS} FROM "order" WHERE ${ORDER_CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $8`,
    [...toCriteriaParameters(criteria), page.limit, ...(page.after ?? [])],
  );
}

/** For each of these accounts, one page of its orders and one row more where there is one. */
export function listOrdersOfAccounts(
  session: OrderSession,
  accountIds: readonly string[],
  criteria: SalesCriteria,
  sort: OrderSort,
  page: Page,
): Promise<readonly OrderRow[]> {
  const { behindCursor, order } = toKeyset(ORDER_SORTS[sort], page, 10);
  return session.query<OrderRow>(
    `SELECT ${COLUMNS}
     FROM unnest($9::text[]) AS wanted (key)
     CROSS JOIN LATERAL (
       SELECT * FROM "order"
       WHERE account_id = key AND ${ORDER_CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $8
     ) AS "order"
     ORDER BY ${order}`,
    [...toCriteriaParameters(criteria), page.limit, accountIds, ...(page.after ?? [])],
  );
}

/** How many orders meet the criteria. */
export async function countOrders(session: OrderSession, criteria: SalesCriteria): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM "order" WHERE ${ORDER_CRITERIA}`,
    toCriteriaParameters(criteria),
  );
  return row?.count ?? 0;
}

/** How many of their orders meet the criteria, by account; an account without any is absent. */
export function countOrdersOfAccounts(
  session: OrderSession,
  accountIds: readonly string[],
  criteria: SalesCriteria,
): Promise<readonly CountRow[]> {
  return session.query<CountRow>(
    `SELECT account_id AS key, count(*)::int AS count
     FROM "order" WHERE account_id = ANY ($8) AND ${ORDER_CRITERIA} GROUP BY account_id`,
    [...toCriteriaParameters(criteria), accountIds],
  );
}
