import type pg from 'pg';
import { toPostgresError } from './to-postgres-error.ts';

/** Runs one statement with `$1`, `$2`, … bound to the parameters; see `value-parsers.ts` for what comes back. */
export type QueryRows = <Row extends object>(
  sql: string,
  parameters?: readonly unknown[],
) => Promise<readonly Row[]>;

/** One connection, held until it is released. Statements are sent one after the other. */
export interface PostgresClient {
  readonly query: QueryRows;
  /** Runs a script of several statements, without parameters, in one round trip. */
  run(script: string): Promise<void>;
  /** Gives the connection back, or closes it when its state is unknown. Call exactly once. */
  release(fate: 'reusable' | 'broken'): void;
}

/** Wraps a client of the driver, so that no type of it leaves this room. */
export function createPostgresClient(client: pg.PoolClient): PostgresClient {
  return {
    async query<Row extends object>(sql: string, parameters: readonly unknown[] = []) {
      try {
        // The driver passes the array on and never writes to it.
        const result = await client.query<Row>(sql, parameters as unknown[]);
        return result.rows;
      } catch (error) {
        throw toPostgresError(error);
      }
    },

    async run(script) {
      try {
        await client.query(script);
      } catch (error) {
        throw toPostgresError(error);
      }
    },

    release(fate) {
      client.release(fate === 'broken');
    },
  };
}
