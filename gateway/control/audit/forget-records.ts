import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';

/** What was forgotten, as counts. */
export interface ForgottenRecords {
  readonly batches: number;
  readonly records: number;
}

/**
 * Forgets records of before an instant, in whole batches from the first of each chain on. A tombstone
 * stays in their place, by which the chain still holds.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function forgetRecords(pool: PostgresPool, before: Date): Promise<ForgottenRecords> {
  return inTransaction(
    pool,
    async (client) => {
      const [forgotten] = await client.query<ForgottenRecords>(
        `SELECT batches::float8 AS batches, records::float8 AS records
         FROM meshgate.forget_audit($1)`,
        [before.toISOString()],
      );
      return forgotten ?? { batches: 0, records: 0 };
    },
    { parameters: { statement_timeout: '0' } },
  );
}
