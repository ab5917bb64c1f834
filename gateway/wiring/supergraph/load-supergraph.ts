import { setImmediate } from 'node:timers/promises';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { type PlanningPool, startPlanning } from '../../planning/planning-pool.ts';
import {
  parseApiSchema,
  type SupergraphSnapshot,
  toSupergraphSnapshot,
} from '../../supergraph/supergraph-snapshot.ts';

/** A supergraph and the threads that plan over it. */
export interface LoadedSupergraph {
  readonly snapshot: SupergraphSnapshot;
  readonly planning: PlanningPool;
}

/** @throws {MeshgateError} SUPERGRAPH_INVALID, with what is wrong with the text. */
export type LoadSupergraph = (sdl: string) => Promise<LoadedSupergraph>;

/**
 * Creates what makes a supergraph ready to serve, in threads beside whatever runs.
 *
 * @param thread Entry of the planning threads, compiled.
 */
export function createLoadSupergraph(
  config: GatewayConfig,
  metrics: Metrics,
  thread: URL,
): LoadSupergraph {
  const urls = new Map(Object.entries(config.SUBGRAPH_URLS));
  const settings = {
    entry: thread,
    threads: config.PLANNING_THREADS,
    timeoutMs: config.PLANNING_TIMEOUT_MS,
    memoryMb: config.PLANNING_MEMORY_MB,
    queueLength: config.PLANNING_QUEUE,
  };
  const seconds = metrics.histogram('gateway_planning_seconds');
  const losses = metrics.counter('gateway_planning_threads_lost_total');
  const observer = {
    planned: (duration: number) => seconds.observe(duration),
    threadLost: () => losses.inc(),
  };
  return async (sdl) => {
    const { facts, pool } = await startPlanning(sdl, settings, observer);
    const api = parseApiSchema(facts);
    await setImmediate();
    return { snapshot: toSupergraphSnapshot(facts, urls, api), planning: pool };
  };
}
