import type { Readable } from 'node:stream';
import type pg from 'pg';
import { copyFrom } from './copy-from.ts';
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
  /**
   * Streams bytes into `COPY … FROM STDIN`.
   *
   * @returns The number of rows.
   */
  copyFrom(statement: string, source: Readable): Promise<number>;
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

    async copyFrom(statement, source) {
      try {
        return await copyFrom(client, statement, source);
      } catch (error) {
        throw toPostgresError(error);
      }
    },

    release(fate) {
      client.release(fate === 'broken');
    },
  };
}
