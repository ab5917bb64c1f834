import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';

/** How far the gateways are with a change. */
export interface Enforcement {
  /** What they have to have loaded. */
  readonly epoch: string;
  /** Gateway processes that enforce it. */
  readonly applied: number;
  /** Gateway processes that run. */
  readonly of: number;
  /** Names of those that have not said so yet. */
  readonly waitingFor: readonly string[];
}

/** How often it is looked, in milliseconds. */
const LOOK_MS = 15;

/**
 * Waits until every gateway process that runs enforces a change, or until the time is over.
 *
 * A process that was not seen for so long that it uses grants no more does not count: whatever was
 * granted is refused there.
 *
 * @param now Milliseconds from any start.
 */
export async function awaitApplied(
  pool: PostgresPool,
  epoch: string,
  timeoutMs: number,
  now: () => number,
): Promise<Enforcement> {
  const deadline = now() + timeoutMs;
  for (;;) {
    const enforcement = await look(pool, epoch);
    if (enforcement.waitingFor.length === 0 || now() >= deadline) return enforcement;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function look(pool: PostgresPool, epoch: string): Promise<Enforcement> {
  const processes = await pool.query<{ name: string; applied: boolean }>(
    `SELECT name, epoch >= $1 AS applied FROM meshgate.gateway_process
     WHERE seen_at + closes_after >= clock_timestamp() ORDER BY name`,
    [epoch],
  );
  const waitingFor = processes.filter(({ applied }) => !applied).map(({ name }) => name);
  return { epoch, applied: processes.length - waitingFor.length, of: processes.length, waitingFor };
}
