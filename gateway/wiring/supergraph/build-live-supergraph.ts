import { invariant } from '../../../shared/lang/invariant.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { CompiledOperation } from '../../execution/execute-operation.ts';
import type { SubgraphHeaders } from '../../identity/trust/create-subgraph-headers.ts';
import {
  createPrepareOperation,
  type PrepareOperation,
} from '../../operation/prepare-operation.ts';
import type { PlanningPool } from '../../planning/planning-pool.ts';
import type { LiveClassification } from '../../supergraph/live-classification.ts';
import { LiveSupergraph } from '../../supergraph/live-supergraph.ts';
import type { SupergraphSnapshot } from '../../supergraph/supergraph-snapshot.ts';
import type { RequestObserver } from '../request/observe-requests.ts';
import { countAuditedKeys, toPreparationSettings } from '../request/room-settings.ts';
import { buildGeneration, type SupergraphGeneration } from './build-generation.ts';
import { createSwapSupergraph, type SwapSupergraph } from './create-swap-supergraph.ts';
import type { LoadedSupergraph, LoadSupergraph } from './load-supergraph.ts';
import { observeSwaps } from './observe-swaps.ts';

export interface LiveSupergraphDoors {
  readonly supergraph: LoadedSupergraph;
  readonly loadSupergraph: LoadSupergraph;
  readonly classification: LiveClassification;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The part of a gateway that a new supergraph replaces, and how it is replaced. */
export interface ReplaceablePart {
  readonly live: LiveSupergraph<SupergraphGeneration>;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly swapSupergraph: SwapSupergraph;
}

/** Builds what depends on which supergraph is live. */
export function buildLiveSupergraph(
  config: GatewayConfig,
  { supergraph, loadSupergraph: load, classification, metrics, log, now }: LiveSupergraphDoors,
  headersFor: SubgraphHeaders,
  observer: RequestObserver,
): ReplaceablePart {
  const planners = new WeakMap<SupergraphSnapshot, PlanningPool>();
  const keysTold = countAuditedKeys(config);
  const prepare = createPrepareOperation(
    config.PLAN_CACHE_BYTES,
    toPreparationSettings(config),
    (document, snapshot) => {
      const planner = planners.get(snapshot);
      invariant(planner, 'a snapshot that is in use has a planner');
      return planner.plan(document);
    },
    (prepared) => new CompiledOperation(prepared, keysTold),
    observer.preparation,
    () => performance.now(),
    (snapshot) => classification.of(snapshot),
  );
  const build = (loaded: LoadedSupergraph): SupergraphGeneration => {
    planners.set(loaded.snapshot, loaded.planning);
    classification.of(loaded.snapshot);
    const forget = () => {
      // The same version may have come back; then what was prepared for it is in use.
      if (live.current.generation.snapshot.version !== loaded.snapshot.version) {
        prepare.forget(loaded.snapshot);
      }
    };
    return buildGeneration(config, loaded, headersFor, observer, now, forget);
  };
  const live: LiveSupergraph<SupergraphGeneration> = new LiveSupergraph(
    build(supergraph),
    now,
    (error) => log.error({ err: error }, 'a superseded supergraph was not released'),
  );
  const swap = createSwapSupergraph({ live, load, build, prepare });
  return { live, prepare, swapSupergraph: observeSwaps(swap, { live, prepare, metrics, log }) };
}
