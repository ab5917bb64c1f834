import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { PartObserver, PartState } from '../../cache/parts/part-settings.ts';

/** What is seen of the entity cache. */
export function observeParts(metrics: Metrics, log: Logger): PartObserver {
  const lookups = new Lookup(
    (subgraph: string) =>
      new Lookup(
        (type: string) =>
          new Lookup((state: PartState) =>
            metrics.counter('gateway_entity_cache_lookups_total', subgraph, type, state),
          ),
      ),
  );
  const ages = new Lookup(
    (subgraph: string) =>
      new Lookup((type: string) =>
        metrics.counter('gateway_entity_cache_age_seconds_total', subgraph, type),
      ),
  );
  const savedCalls = new Lookup(
    (subgraph: string) =>
      new Lookup((type: string) =>
        metrics.counter('gateway_entity_cache_saved_calls_total', subgraph, type),
      ),
  );
  const evictions = metrics.counter('gateway_entity_cache_evictions_total');
  const forgotten = metrics.counter('gateway_entity_cache_forgotten_total');
  return {
    looked: (subgraph, type, state, parts) => lookups.get(subgraph).get(type).get(state).inc(parts),
    aged: (subgraph, type, seconds) => ages.get(subgraph).get(type).inc(seconds),
    saved: (subgraph, type) => savedCalls.get(subgraph).get(type).inc(),
    evicted: () => evictions.inc(),
    forgot: (parts) => forgotten.inc(parts),
    refreshFailed: (error) =>
      log.error({ err: error }, 'what is kept of a product was not made anew'),
  };
}
