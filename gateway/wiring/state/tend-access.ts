import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { tendRequests } from '../../control/access/tend-requests.ts';

/** How often each process looks; a deadline is met later by as much, at most. */
const LOOK_MS = 60_000;

/**
 * Looks at what waits for people's word now and once a minute until `close`, and tells what time has
 * done to it: in the log, and in `gateway_access_notices_total`. Of all gateway processes one tells
 * each step.
 *
 * One that cannot record it, because of its role in the database, logs that once.
 */
export function tendAccess(
  pool: PostgresPool,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): { close(): Promise<void> } {
  let after: string | null = null;
  let looking: Promise<void> | null = null;
  let mute = false;

  const look = async (): Promise<void> => {
    try {
      const tended = await tendRequests(pool, after);
      after = tended.after;
      mute = false;
      for (const { step, request, product } of tended.notices) {
        metrics.counter('gateway_access_notices_total', step).inc();
        log.warn({ step, request, product }, 'access waits for those who decide about it');
      }
    } catch (error) {
      if (!mute) log.error({ err: error }, 'this gateway cannot tell what waits for an answer');
      mute = true;
    } finally {
      looking = null;
    }
  };
  const lookNow = (): void => {
    looking ??= look();
  };
  lookNow();
  const timer = setInterval(lookNow, LOOK_MS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
