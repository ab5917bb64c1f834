import { randomUUID } from 'node:crypto';

import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';

/** What those who change grants are told of this process. */
export interface GatewayPresence {
  /**
   * Says that this process runs. It is to be said before it is looked for changes: whoever makes one
   * and does not see the process yet can be sure that it will look afterwards.
   */
  beat(): Promise<void>;
  /** Says that this process enforces all changes up to an epoch. */
  acknowledge(epoch: string): Promise<void>;
  /** Says that it runs no more. */
  leave(): Promise<void>;
}

/**
 * Creates the presence of this process in the control schema.
 *
 * @param name Host and process number, for people.
 * @param closesAfterMs How long after its last beat this process uses grants no more.
 */
export function createGatewayPresence(
  pool: PostgresPool,
  name: string,
  closesAfterMs: number,
): GatewayPresence {
  const id = randomUUID();
  let applied = '0';
  let isFirst = true;

  const beat = async (): Promise<void> => {
    if (isFirst) {
      // Of processes that were killed, long after anybody waits for them.
      await pool.query(
        "DELETE FROM meshgate.gateway_process WHERE seen_at + closes_after < now() - interval '1 day'",
      );
      isFirst = false;
    }
    await pool.query(
      `INSERT INTO meshgate.gateway_process (id, name, epoch, closes_after)
       VALUES ($1, $2, $3, make_interval(secs => $4))
       ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, seen_at = clock_timestamp()`,
      [id, name, applied, closesAfterMs / 1000],
    );
  };
  return {
    beat,
    async acknowledge(epoch) {
      applied = epoch;
      await pool.query('UPDATE meshgate.gateway_process SET epoch = $2 WHERE id = $1', [id, epoch]);
    },
    async leave() {
      await pool.query('DELETE FROM meshgate.gateway_process WHERE id = $1', [id]);
    },
  };
}
