import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { CompiledPolicies } from '../../control/policies/compile-policies.ts';
import { watchPolicies } from '../../control/policies/watch-policies.ts';
import type { LivePolicies } from '../../policy/live-policies.ts';

/** Together less than a second, where a file system reports no changes too. */
const WATCH_TIMES = { restMs: 200, pollMs: 500 };

/**
 * Takes over the Cedar policies whenever files of their folder change, until it is told to stop. A set
 * with a policy that does not fit is refused as a whole, and the set in force stays.
 *
 * @param folder Null follows the one that comes with the gateway.
 * @returns Stops.
 */
export function followPolicies(
  folder: string | null,
  live: LivePolicies,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): () => void {
  const count = (outcome: string) => metrics.counter('gateway_policy_swaps_total', outcome).inc();
  return watchPolicies(folder, live.current.version, WATCH_TIMES, {
    changed(policies) {
      const before = live.current.version;
      live.current = policies;
      count('swapped');
      warnOfPolicies(policies, log);
      const { version: policyVersion, count: many } = policies;
      log.info({ policyVersion, before, policies: many }, 'new policies are in force');
    },
    refused(error) {
      count('refused');
      log.error({ err: error }, 'policies were refused; those in force stay');
    },
  });
}

/** Logs what is allowed and hardly meant. */
export function warnOfPolicies({ version, warnings }: CompiledPolicies, log: Logger): void {
  for (const warning of warnings)
    log.warn({ policyVersion: version, warning }, 'a policy is hardly meant so');
}
