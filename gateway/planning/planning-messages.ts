/**
 * What the main thread and a planning thread say to each other; all of it survives a structured clone.
 *
 * @module
 */
import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { SupergraphFacts } from '../supergraph/supergraph-snapshot.ts';

/** What a thread starts with. */
export interface PlanningThreadData {
  readonly supergraphSdl: string;
  /** Whether the thread reports what it read; the threads after the first need not. */
  readonly reportsFacts: boolean;
}

/** One operation to plan. */
export interface PlanningRequest {
  /** A GraphQL document; text, because a syntax tree with locations is a hundred times its size. */
  readonly document: string;
}

/** What a thread says: `ready` or `failed` once it has loaded, `planned` or `failed` for each request. */
export type PlanningReport =
  | {
      readonly kind: 'ready';
      /** Null where the thread was not to report them. */
      readonly facts: SupergraphFacts | null;
    }
  /** The plan as JSON text. */
  | { readonly kind: 'planned'; readonly plan: string }
  | { readonly kind: 'failed'; readonly error: ReportedError };

/** An error of the thread, for the operator's log. */
export interface ReportedError {
  readonly code: ErrorCode;
  readonly message: string;
  /** Stack of what caused it, empty when nothing did; never sent to a client. */
  readonly cause: string;
}
