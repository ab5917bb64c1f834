import pg from 'pg';
import { MeshgateError } from '../errors/meshgate-error.ts';
import { createPostgresClient, type PostgresClient, type QueryRows } from './postgres-client.ts';
import { createValueParsers } from './value-parsers.ts';

export interface PoolSettings {
  /** `postgres://…` */
  readonly url: string;
  /** Connections at most, at least 1. */
  readonly size: number;
  /** Time limit of one statement, enforced by Postgres; 0 for none. */
  readonly statementTimeoutMs: number;
  /** How long `connect` waits for a free connection or for a new one. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Hears of idle connections that broke; they are replaced without further ado. */
  readonly onIdleError?: (error: Error) => void;
}

/** Connections to one database as one role. */
export interface PostgresPool {
  /** One statement on any connection, outside of a transaction. */
  readonly query: QueryRows;
  /**
   * Takes a connection; the caller releases it.
   *
   * @throws {MeshgateError} `DATABASE_UNAVAILABLE` when none could be had in time.
   */
  connect(): Promise<PostgresClient>;
  /** Waits until all connections are given back, then closes them. */
  close(): Promise<void>;
}

/** Makes a pool. It connects on first use, so a database that is down does not stop a start. */
export function createPool(settings: PoolSettings): PostgresPool {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.size,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5000,
    statement_timeout: settings.statementTimeoutMs,
    application_name: settings.applicationName,
    types: createValueParsers(),
  });
  // Without a listener, the driver's event would end the process.
  pool.on('error', (error) => settings.onIdleError?.(error));

  const connect = async (): Promise<PostgresClient> => {
    try {
      return createPostgresClient(await pool.connect());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new MeshgateError('DATABASE_UNAVAILABLE', {
        message: `No connection to the database: ${reason}.`,
        cause: error,
      });
    }
  };

  return {
    connect,
    async query<Row extends object>(sql: string, parameters?: readonly unknown[]) {
      const client = await connect();
      try {
        return await client.query<Row>(sql, parameters);
      } finally {
        client.release('reusable');
      }
    },
    close: () => pool.end(),
  };
}
