import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { PartObserver, PartState } from '../../cache/parts/part-settings.ts';

const COMPARISONS = ['same', 'different', 'absent'] as const;
type Comparison = (typeof COMPARISONS)[number];

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
  const comparisons = new Lookup(
    (subgraph: string) =>
      new Lookup(
        (type: string) =>
          new Lookup((state: Comparison) =>
            metrics.counter('gateway_entity_cache_shadow_total', subgraph, type, state),
          ),
      ),
  );
  const evictions = metrics.counter('gateway_entity_cache_evictions_total');
  const forgotten = metrics.counter('gateway_entity_cache_forgotten_total');
  return {
    looked: (subgraph, type, state, parts) => lookups.get(subgraph).get(type).get(state).inc(parts),
    aged: (subgraph, type, seconds) => ages.get(subgraph).get(type).inc(seconds),
    saved: (subgraph, type) => savedCalls.get(subgraph).get(type).inc(),
    compared({ paths, ...facts }) {
      const { requestId, operation, product, type, different } = facts;
      const counters = comparisons.get(product).get(type);
      for (const state of COMPARISONS) {
        if (facts[state] > 0) counters.get(state).inc(facts[state]);
      }
      if (different === 0) return;
      const where = { requestId, operation, product, type };
      log.warn({ ...where, parts: different, paths }, 'kept parts differ from what a product says');
    },
    evicted: () => evictions.inc(),
    forgot: (parts) => forgotten.inc(parts),
    refreshFailed: (error) =>
      log.error({ err: error }, 'what is kept of a product was not made anew'),
  };
}
