import type { PostgresClient } from '../postgres/postgres-client.ts';

/**
 * Runs one statement with `$1`, `$2`, … bound to the parameters.
 *
 * numeric, int8, date, timestamp and timestamptz come back as the strings that
 * Postgres writes, so no digit is lost; inside json and jsonb, numbers are floats.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE` when Postgres cannot be reached or
 *   the statement ran into its time limit, `INPUT_INVALID` when a parameter holds a NUL
 *   character, `INTERNAL_ERROR` when Postgres refuses the statement for another reason.
 */
export type QueryRows = PostgresClient['query'];

/** A read-write transaction while its work runs. */
export interface ProductTransaction {
  readonly query: QueryRows;
}

/** The database as one request sees it: every statement runs under the claims of its caller. */
export interface ProductDatabase {
  /** One statement in the request's read-only transaction, which opens on first use. */
  readonly query: QueryRows;
  /**
   * Runs `work` in a read-write transaction of its own: commits when it resolves,
   * rolls back when it throws. Statements of `work` go through the transaction it is given.
   */
  transaction<T>(work: (transaction: ProductTransaction) => Promise<T>): Promise<T>;
}
