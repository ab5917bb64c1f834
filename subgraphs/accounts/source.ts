/**
 * The only file that knows how accounts are stored.
 *
 * @module
 */

import type { CursorOrder, Page } from '../../shared/kit/connection.ts';
import type { ProductTransaction, QueryRows } from '../../shared/kit/product-database.ts';

/** An account as the table holds it; market segments in the spelling of the source. */
export interface AccountRow {
  readonly id: string;
  readonly marketSegment: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  /** Null as long as the contact data is synthetic. */
  readonly contactUpdatedAt: string | null;
}

/** Which accounts are meant; null where nothing is asked of that property. */
export interface AccountCriteria {
  readonly ids: readonly string[] | null;
  readonly marketSegments: readonly string[] | null;
}

/** Contact data to write; null leaves a column as it is. */
export interface ContactChange {
  readonly email: string | null;
  readonly phone: string | null;
}

/** How many accounts have a key in common. */
export interface AccountGroupRow {
  readonly key: string;
  readonly accounts: number;
}

/** Something statements can be run on: a request's session or a transaction. */
export interface AccountSession {
  readonly query: QueryRows;
}

/** A total order of accounts, for SQL and for cursors alike. */
interface AccountOrder extends CursorOrder {
  readonly columns: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  positionOf(row: AccountRow): readonly string[];
}

const byId = {
  columns: ['id'],
  values: ['text'],
  positionOf: (row: AccountRow) => [row.id],
} as const;

const byMarketSegment = {
  columns: ['market_segment', 'id'],
  values: ['text', 'text'],
  positionOf: (row: AccountRow) => [row.marketSegment, row.id],
} as const;

/** The orders of `AccountSort`. */
export const ACCOUNT_ORDERS = {
  ID_ASC: { ...byId, list: 'accounts by id asc', direction: 'ASC' },
  ID_DESC: { ...byId, list: 'accounts by id desc', direction: 'DESC' },
  MARKET_SEGMENT_ASC: {
    ...byMarketSegment,
    list: 'accounts by marketSegment asc',
    direction: 'ASC',
  },
  MARKET_SEGMENT_DESC: {
    ...byMarketSegment,
    list: 'accounts by marketSegment desc',
    direction: 'DESC',
  },
} as const satisfies Record<string, AccountOrder>;

export type AccountSort = keyof typeof ACCOUNT_ORDERS;

const COLUMNS = `
  id, market_segment AS "marketSegment", name, email, phone, contact_updated_at AS "contactUpdatedAt"`;

const CRITERIA = `
  ($1::text[] IS NULL OR id = ANY ($1)) AND ($2::text[] IS NULL OR market_segment = ANY ($2))`;

/** Accounts of these ids, in any order. */
export function findAccounts(
  session: AccountSession,
  ids: readonly string[],
): Promise<readonly AccountRow[]> {
  return session.query<AccountRow>(`SELECT ${COLUMNS} FROM account WHERE id = ANY ($1)`, [ids]);
}

/** One page of the accounts that meet the criteria, and one row more where there is one. */
export function listAccounts(
  session: AccountSession,
  criteria: AccountCriteria,
  sort: AccountSort,
  page: Page,
): Promise<readonly AccountRow[]> {
  const { columns, direction } = ACCOUNT_ORDERS[sort];
  const comparison = direction === 'ASC' ? '>' : '<';
  const after = page.after ?? [];
  const places = after.map((_, index) => `$${index + 4}`).join(', ');
  const behindCursor = places === '' ? '' : `AND (${columns.join(', ')}) ${comparison} (${places})`;
  const order = columns.map((column) => `${column} ${direction}`).join(', ');
  return session.query<AccountRow>(
    `SELECT ${COLUMNS} FROM account WHERE ${CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $3`,
    [criteria.ids, criteria.marketSegments, page.limit, ...after],
  );
}

/** How many accounts meet the criteria. */
export async function countAccounts(
  session: AccountSession,
  criteria: AccountCriteria,
): Promise<number> {
  const [row] = await session.query<{ accounts: number }>(
    `SELECT count(*)::int AS accounts FROM account WHERE ${CRITERIA}`,
    [criteria.ids, criteria.marketSegments],
  );
  return row?.accounts ?? 0;
}

/** Accounts that meet the criteria, counted by market segment; keys as the enum writes them. */
export function countByMarketSegment(
  session: AccountSession,
  criteria: AccountCriteria,
): Promise<readonly AccountGroupRow[]> {
  return session.query<AccountGroupRow>(
    `SELECT upper(replace(market_segment, ' ', '_')) AS key, count(*)::int AS accounts
     FROM account WHERE ${CRITERIA} GROUP BY market_segment ORDER BY market_segment`,
    [criteria.ids, criteria.marketSegments],
  );
}

/** Writes contact data of one account; false where there is no such account. */
export async function updateContact(
  transaction: ProductTransaction,
  id: string,
  change: ContactChange,
): Promise<boolean> {
  const rows = await transaction.query(
    `UPDATE account
     SET email = coalesce($2, email), phone = coalesce($3, phone), contact_updated_at = now()
     WHERE id = $1
     RETURNING id`,
    [id, change.email, change.phone],
  );
  return rows.length === 1;
}
