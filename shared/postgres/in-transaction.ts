import { type TransactionMode, toBeginStatement } from './begin-statement.ts';
import type { PostgresPool } from './create-pool.ts';
import type { PostgresClient } from './postgres-client.ts';

/** What a transaction may do to its connection; ending it is not part of that. */
export type TransactionClient = Omit<PostgresClient, 'release'>;

export interface TransactionOptions {
  /** Default read-write. */
  readonly mode?: TransactionMode;
  /** Run-time parameters for the duration of the transaction. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Runs `work` in a transaction on a connection of its own: commits when it
 * resolves, rolls back when it throws.
 *
 * @throws What `work` throws; `DATABASE_UNAVAILABLE` or `INTERNAL_ERROR` of the room.
 */
export async function inTransaction<T>(
  pool: PostgresPool,
  work: (client: TransactionClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  let fate: 'reusable' | 'broken' = 'broken';
  try {
    await client.run(toBeginStatement(options.mode ?? 'read-write', options.parameters));
    const result = await work(client);
    await client.run('COMMIT');
    fate = 'reusable';
    return result;
  } catch (error) {
    fate = await rollBack(client);
    throw error;
  } finally {
    client.release(fate);
  }
}

/** Ends a failed transaction. What made it fail is the error to report, so this one throws nothing. */
export async function rollBack(client: PostgresClient): Promise<'reusable' | 'broken'> {
  try {
    await client.run('ROLLBACK');
    return 'reusable';
  } catch {
    return 'broken';
  }
}
