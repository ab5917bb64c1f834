/**
 * One administrator's connection, for work on the database itself: roles,
 * schemas, migrations, bulk loads. Requests of callers never come through here;
 * they use a product's pool with the product's own role.
 *
 * @module
 */
import type { Readable } from 'node:stream';

import pg from 'pg';

import { MeshgateError } from '../errors/meshgate-error.ts';
import { copyFrom } from './copy-from.ts';
import { toPostgresError } from './to-postgres-error.ts';

/**
 * What an administrator may do. Statements of one administrator run one after the other.
 * Each fails with `DATABASE_UNAVAILABLE` when the connection is lost, and with
 * `INTERNAL_ERROR` when PostgreSQL refuses it; `toStatementFailure` tells why.
 */
export interface Administrator {
  /** One statement. Values come as the driver reads them: `numeric` and `bigint` are strings. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * A script of any number of statements without parameters.
   *
   * @returns Rows that its INSERT, UPDATE and MERGE statements wrote (a count).
   */
  runScript(script: string): Promise<number>;
  /** Runs `work` in one transaction: commits when it resolves, rolls back when it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Streams bytes into a `COPY … FROM STDIN` statement.
   *
   * @returns The number of rows.
   */
  copyFrom(sql: string, source: Readable): Promise<number>;
  close(): Promise<void>;
}

/** Statements whose row count says what was written. */
const WRITING_COMMANDS = new Set(['INSERT', 'UPDATE', 'MERGE']);

/**
 * Connects as an administrator.
 *
 * @param url `postgresql://user:password@host:port/database`, a role that may create
 *   roles and schemas.
 * @param connectTimeoutMs Patience for the connection, in milliseconds.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`, naming host and database and
 *   never the password, when no connection comes about.
 */
export async function openAdministrator(
  url: string,
  connectTimeoutMs = 10_000,
): Promise<Administrator> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'meshgate-administrator',
  });
  // A connection that breaks while idle reports here; the next statement fails and tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    await client.end().catch(() => undefined);
    throw new MeshgateError('DATABASE_UNAVAILABLE', {
      message: `Expected a PostgreSQL database at ${describeTarget(client)}, but no connection came about: ${reasonOf(cause)}. Check that it runs and that the connection URL names a role that may log in.`,
      cause,
    });
  }
  return createAdministrator(client);
}

/** Quotes a name so that it can stand in a statement as an identifier. */
export function quoteIdentifier(name: string): string {
  return pg.escapeIdentifier(name);
}

/** Quotes a text so that it can stand in a statement as a literal, where parameters are not allowed. */
export function quoteLiteral(text: string): string {
  return pg.escapeLiteral(text);
}

/** Where a statement of a script failed. */
export interface StatementFailure {
  /** What PostgreSQL says. */
  readonly message: string;
  /** SQLSTATE, five characters. */
  readonly state: string;
  /** Line of the script, from 1; null where PostgreSQL names no position. */
  readonly line: number | null;
}

/**
 * Reads what PostgreSQL said about a script.
 *
 * @returns Null when the error does not come from the database server.
 */
export function toStatementFailure(error: unknown, script: string): StatementFailure | null {
  const cause = error instanceof MeshgateError ? error.cause : error;
  if (!(cause instanceof pg.DatabaseError)) return null;
  const position = cause.position === undefined ? null : Number(cause.position);
  return {
    message: cause.message,
    state: cause.code ?? 'XX000',
    line: position === null ? null : script.slice(0, position).split('\n').length,
  };
}

function createAdministrator(client: pg.Client): Administrator {
  const coded = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw toPostgresError(error);
    }
  };
  return {
    query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) => {
      const result = await coded(client.query<Row>(sql, [...parameters]));
      return result.rows;
    },
    runScript: async (script) => {
      // A script of several statements answers with an array, which the driver's types leave out.
      const answer: pg.QueryResult | pg.QueryResult[] = await coded(client.query(script));
      const results = Array.isArray(answer) ? answer : [answer];
      return results
        .filter((result) => WRITING_COMMANDS.has(result.command))
        .reduce((sum, result) => sum + (result.rowCount ?? 0), 0);
    },
    transaction: async (work) => {
      await coded(client.query('BEGIN'));
      try {
        const result = await work();
        await coded(client.query('COMMIT'));
        return result;
      } catch (error) {
        // The first error is the one to report, also when the connection is gone.
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    copyFrom: (sql, source) => coded(copyFrom(client, sql, source)),
    close: () => client.end(),
  };
}

function describeTarget(client: pg.Client): string {
  return `${client.host}:${client.port}/${client.database ?? ''}`;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
