/**
 * The database session of one request.
 *
 * Postgres decides by row-level security what a caller sees, and it knows the caller
 * by the run-time parameter `mesh.claims`. That parameter is set for one transaction
 * only, in the same round trip that opens it. So claims cannot outlive the
 * transaction, whatever happens to the connection, and no statement runs without.
 *
 * @module
 */

import { toBeginStatement } from '../../postgres/begin-statement.ts';
import type { PostgresPool } from '../../postgres/create-pool.ts';
import { inTransaction, rollBack } from '../../postgres/in-transaction.ts';
import type { PostgresClient } from '../../postgres/postgres-client.ts';
import type { Caller } from '../caller.ts';
import type { ProductDatabase, ProductTransaction } from '../product-database.ts';

export type StatementKind = 'read' | 'write';

/** Hears of each statement that a resolver sends; opening and closing transactions do not count. */
export type StatementListener = (statement: {
  readonly kind: StatementKind;
  readonly sql: string;
}) => void;

export interface RequestSessionSettings {
  readonly pool: PostgresPool;
  readonly caller: Caller;
  /** Time limit of one statement of this request; absent for that of the pool. */
  readonly statementTimeoutMs?: number | undefined;
  readonly onStatement: StatementListener;
}

export interface RequestSession extends ProductDatabase {
  /** Ends the read-only transaction once the running statement is done. Later statements are refused. */
  end(): Promise<void>;
  /** Like `end`, but cuts a running statement off: nobody waits for it any more. */
  abort(): void;
}

/** Opens nothing yet: a request that asks no statement takes no connection. */
export function createRequestSession(settings: RequestSessionSettings): RequestSession {
  return new PostgresRequestSession(settings);
}

class PostgresRequestSession implements RequestSession {
  readonly #settings: RequestSessionSettings;
  readonly #parameters: Readonly<Record<string, string>>;
  /** The connection of the read-only transaction, while that is open. */
  #client: PostgresClient | null = null;
  /** Settles when the statement before is done: a connection takes one at a time. */
  #previous: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(settings: RequestSessionSettings) {
    this.#settings = settings;
    this.#parameters = toParameters(settings);
  }

  readonly query = <Row extends object>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<readonly Row[]> =>
    this.#inTurn(async () => {
      this.#refuseWhenEnded();
      const client = await this.#open();
      this.#settings.onStatement({ kind: 'read', sql });
      try {
        return await client.query<Row>(sql, parameters);
      } catch (error) {
        // A failed statement spoils its transaction; the next one opens another.
        await this.#close(rollBack);
        throw error;
      }
    });

  async transaction<T>(work: (transaction: ProductTransaction) => Promise<T>): Promise<T> {
    // The connection goes back first, so that a request never holds one while it
    // waits for another. Reads that follow see what the transaction wrote.
    await this.#inTurn(() => this.#close(commit));
    this.#refuseWhenEnded();
    return inTransaction(
      this.#settings.pool,
      (client) =>
        work({
          query: (sql, parameters) => {
            this.#settings.onStatement({ kind: 'write', sql });
            return client.query(sql, parameters);
          },
        }),
      { mode: 'read-write', parameters: this.#parameters },
    );
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#inTurn(() => this.#close(commit));
  }

  abort(): void {
    this.#take()?.release('broken');
    // A connection that is being opened at this moment is closed in its turn.
    void this.end();
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#previous.then(task);
    this.#previous = run.catch(() => undefined);
    return run;
  }

  async #open(): Promise<PostgresClient> {
    if (this.#client !== null) return this.#client;
    const client = await this.#settings.pool.connect();
    try {
      await client.run(toBeginStatement('read-only', this.#parameters));
    } catch (error) {
      client.release('broken');
      throw error;
    }
    this.#client = client;
    return client;
  }

  async #close(finish: (client: PostgresClient) => Promise<'reusable' | 'broken'>): Promise<void> {
    const client = this.#take();
    if (client !== null) client.release(await finish(client));
  }

  /** Whoever takes the connection releases it, so that happens once. */
  #take(): PostgresClient | null {
    const client = this.#client;
    this.#client = null;
    return client;
  }

  #refuseWhenEnded(): void {
    // Resolvers may outlive the answer, e.g. when a sibling's error nulled their parent.
    if (this.#ended) throw new Error('The request has ended; its database session is closed.');
  }
}

async function commit(client: PostgresClient): Promise<'reusable' | 'broken'> {
  try {
    await client.run('COMMIT');
    return 'reusable';
  } catch {
    return 'broken';
  }
}

function toParameters(settings: RequestSessionSettings): Readonly<Record<string, string>> {
  const { caller, statementTimeoutMs } = settings;
  // `sub` comes last: no row claim of that name may stand in for the subject.
  const claims = { ...caller.claims, sub: caller.subject ?? undefined };
  return {
    'mesh.claims': JSON.stringify(claims),
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: String(statementTimeoutMs) }),
  };
}
