import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { CompiledOperation } from '../../execution/execute-operation.ts';
import type { PrepareOperation } from '../../operation/prepare-operation.ts';
import type { LiveSupergraph } from '../../supergraph/live-supergraph.ts';
import type { SupergraphGeneration } from './build-generation.ts';
import type { SwapSupergraph } from './create-swap-supergraph.ts';

export interface SwapsObserved {
  readonly live: LiveSupergraph<SupergraphGeneration>;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Says in metrics and log which supergraph is live, how full its memories are, and what became of each swap. */
export function observeSwaps(
  swap: SwapSupergraph,
  { live, prepare, metrics, log }: SwapsObserved,
): SwapSupergraph {
  metrics.beforeReading(() => {
    const { generation, since } = live.current;
    const { operations, bytes } = prepare.memoryUse();
    metrics.gauge('gateway_plan_cache_entries').set(operations);
    metrics.gauge('gateway_plan_cache_bytes').set(bytes);
    metrics.gauge('gateway_planning_waiting').set(generation.planning.waiting());
    metrics.gauge('gateway_supergraph', generation.snapshot.version).set(1);
    metrics.gauge('gateway_supergraph_since_seconds').set(since / 1000);
    metrics.gauge('gateway_supergraphs_draining').set(live.draining);
  });
  return async (sdl) => {
    const startedAt = performance.now();
    const outcome = await swap(sdl);
    const durationMs = Math.round(performance.now() - startedAt);
    metrics.counter('gateway_supergraph_swaps_total', outcome.kind).inc();
    if (outcome.kind === 'swapped') {
      const { version: supergraph, before, prepared } = outcome;
      metrics.gauge('gateway_supergraph', before).set(0);
      log.info({ supergraph, before, prepared, durationMs }, 'a new supergraph is live');
    } else if (outcome.kind === 'refused') {
      log.error({ err: outcome.error }, 'a supergraph was not taken over; what is live goes on');
    }
    return outcome;
  };
}
