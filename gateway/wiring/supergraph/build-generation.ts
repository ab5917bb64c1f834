import type { GatewayConfig } from '../../config/config-schema.ts';
import { createLoadEntities } from '../../execution/calls/entity-loads.ts';
import type { ExecutionDoors } from '../../execution/calls/execution-doors.ts';
import { createProbeSubgraphs, type SubgraphState } from '../../execution/calls/probe-subgraphs.ts';
import type { CallSubgraph } from '../../execution/calls/subgraph-answer.ts';
import { createSubgraphClient } from '../../execution/calls/subgraph-client.ts';
import { AnswerMemory } from '../../execution/repetition/answer-memory.ts';
import {
  createOwnHeaders,
  type SubgraphHeaders,
} from '../../identity/trust/create-subgraph-headers.ts';
import type { Generation } from '../../supergraph/live-supergraph.ts';
import type { RequestObserver } from '../request/observe-requests.ts';
import type { LoadedSupergraph } from './load-supergraph.ts';

/** All that belongs to one supergraph and goes when it goes. */
export interface SupergraphGeneration extends Generation, LoadedSupergraph {
  readonly callSubgraph: CallSubgraph;
  readonly loadEntities: ExecutionDoors['loadEntities'];
  /** Of what was answered before; null remembers nothing. */
  readonly memory: AnswerMemory | null;
  /** How the products answer. */
  readonly probe: () => Promise<readonly SubgraphState[]>;
}

/** How long the state of the products is believed, in milliseconds. */
const PROBE_KEPT_MS = 1000;

/**
 * Builds what serves requests over one supergraph.
 *
 * @param now Epoch milliseconds.
 * @param onClose Called when nobody works with it any more.
 */
export function buildGeneration(
  config: GatewayConfig,
  { snapshot, planning }: LoadedSupergraph,
  headersFor: SubgraphHeaders,
  observer: RequestObserver,
  now: () => number,
  onClose: () => void,
): SupergraphGeneration {
  const subgraphs = createSubgraphClient(snapshot.subgraphs, {
    timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    connections: config.SUBGRAPH_CONNECTIONS,
    responseBytes: config.SUBGRAPH_RESPONSE_BYTES,
    observe: observer.subgraphCall,
  });
  const { ANSWER_MEMORY_BYTES: memoryBytes } = config;
  const memory = memoryBytes === 0 ? null : new AnswerMemory(memoryBytes, observer.remembered);
  return {
    snapshot,
    planning,
    callSubgraph: subgraphs.call,
    loadEntities: createLoadEntities(subgraphs.call, memory),
    memory,
    probe: createProbeSubgraphs(
      snapshot.subgraphs.map(({ name }) => name),
      subgraphs.call,
      createOwnHeaders(headersFor),
      PROBE_KEPT_MS,
      now,
    ),
    async close() {
      onClose();
      await Promise.all([planning.close(), subgraphs.close()]);
    },
  };
}
