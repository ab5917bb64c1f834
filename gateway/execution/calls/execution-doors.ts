import type { PartCall } from '../../cache/parts/part-kind.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { Lifetime } from '../../cache/read-lifetime.ts';
import type { CallNotes } from './call-notes.ts';
import type { EntityLoad, RunningLoad } from './entity-load.ts';
import type { CallSubgraph, SubgraphCall } from './subgraph-answer.ts';

/** What one execution is given besides the operation. */
export interface ExecutionDoors {
  readonly callSubgraph: CallSubgraph;
  /** Merges the entity loads of requests that run at the same time. */
  readonly loadEntities: (load: EntityLoad) => RunningLoad;
  /** Headers for one subgraph: the caller's token for it, the request id, what is forwarded. */
  readonly headersFor: (subgraph: string) => Readonly<Record<string, string>>;
  /**
   * Told how long each part of the answer may be kept, counted from when it came, in epoch
   * milliseconds, or from now; absent where nothing is.
   */
  readonly noteLifetime?: ((lifetime: Lifetime, cameAtMs?: number) => void) | undefined;
  /** What may be taken instead of asking; absent where everything is asked for. */
  readonly parts?: RequestParts | undefined;
  /**
   * Told of each subgraph of which something was taken instead of asking, with the moment when the
   * first of it was begun, as `SharedValues` counts them; 0 where nothing is shared.
   */
  readonly noteKept?: ((subgraph: string, moment: number) => void) | undefined;
  /** Told which entities a subgraph is asked for, each as JSON; absent where nobody wants to know. */
  readonly noteEntities?:
    | ((subgraph: string, representations: readonly string[]) => void)
    | undefined;
  /**
   * Told of each call that is made for the answer, with the first entity that it asks for, as JSON;
   * undefined for a call from the root.
   */
  readonly noteCall?: ((subgraph: string, representation: string | undefined) => void) | undefined;
  /** What was kept of each call; absent where nobody wants to know. */
  readonly notes?: CallNotes | undefined;
}

/** A call before its headers are known. */
export type RootCall = Omit<SubgraphCall, 'headers'> & PartCall;
export type RootedLoad = Omit<EntityLoad, 'headers'>;
