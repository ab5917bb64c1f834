/**
 * How returns are stored.
 *
 * @module
 */

import type { ProductTransaction } from '../../shared/kit/product-database.ts';
import type { OrderSession } from './source.ts';

/** A return as the table holds it. */
export interface ReturnRow {
  /** A UUID. */
  readonly id: string;
  readonly orderLineId: string;
  readonly quantity: number;
  readonly reason: string;
  readonly recordedAt: string;
}

/** How much of a line was sold, and how much of that has come back. */
export interface ReturnBalance {
  readonly sold: number;
  readonly returned: number;
}

const COLUMNS = `
  id, order_line_id::text AS "orderLineId", quantity, reason, recorded_at AS "recordedAt"`;

/** Any two numbers do as long as nothing else in this database locks by the first of them. */
const RETURN_LOCK = 0x72657475;

/** All returns of these lines, oldest first. */
export function findReturnsOfLines(
  session: OrderSession,
  orderLineIds: readonly string[],
): Promise<readonly ReturnRow[]> {
  return session.query<ReturnRow>(
    `SELECT ${COLUMNS} FROM return_line
     WHERE order_line_id = ANY ($1::int[]) ORDER BY recorded_at, id`,
    [orderLineIds],
  );
}

/** The return of that id, or null where there is none, or none that this caller may see. */
export async function findReturn(session: OrderSession, id: string): Promise<ReturnRow | null> {
  const [row] = await session.query<ReturnRow>(
    `SELECT ${COLUMNS} FROM return_line WHERE id = $1::uuid`,
    [id],
  );
  return row ?? null;
}

/**
 * Reads what may still come back of a line, and lets nobody else record a return of
 * it until the transaction ends.
 *
 * @returns Null where there is no such line, or none that this caller may see.
 */
export async function lockReturnBalance(
  transaction: ProductTransaction,
  orderLineId: string,
): Promise<ReturnBalance | null> {
  // A row lock would need the right to update lines. The sum is a statement of its own,
  // because one statement does not see what was committed while it waited.
  await transaction.query('SELECT pg_advisory_xact_lock($1, $2::int)', [RETURN_LOCK, orderLineId]);
  const [row] = await transaction.query<ReturnBalance>(
    `SELECT quantity AS sold, (
       SELECT coalesce(sum(return_line.quantity), 0)::int FROM return_line
       WHERE return_line.order_line_id = order_line.id
     ) AS returned
     FROM order_line WHERE id = $1::int`,
    [orderLineId],
  );
  return row ?? null;
}

/**
 * Adds a return to a line that the caller may see.
 *
 * @returns The return's id; null where there is no such line.
 */
export async function insertReturn(
  transaction: ProductTransaction,
  goods: { readonly orderLineId: string; readonly quantity: number; readonly reason: string },
): Promise<string | null> {
  const [row] = await transaction.query<{ id: string }>(
    `INSERT INTO return_line (order_line_id, region, quantity, reason)
     SELECT id, region, $2::int, $3::text FROM order_line WHERE id = $1::int
     RETURNING id`,
    [goods.orderLineId, goods.quantity, goods.reason],
  );
  return row?.id ?? null;
}
