import { CompiledOperation } from '../execution/execute-operation.ts';
import type { DocumentLimits } from '../operation/document-limits.ts';
import type { ClassificationOf } from '../operation/operation-shape.ts';
import { createPrepareOperation, type PrepareOperation } from '../operation/prepare-operation.ts';
import { createPlanner } from '../planning/create-planner.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import type { DataSources } from './apollo-internals.ts';

/** What answers the operations of one supergraph; a new supergraph is a new engine. */
export interface GatewayEngine {
  readonly snapshot: SupergraphSnapshot;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly dataSources: DataSources;
}

/** For the prepared operations of one supergraph, in bytes. */
const PLAN_CACHE_BYTES = 128 * 1024 * 1024;

/** Creates the engine of a supergraph. Synchronous; a large one takes seconds. */
export function createGatewayEngine(
  snapshot: SupergraphSnapshot,
  dataSources: DataSources,
  limits: DocumentLimits,
  classificationOf: ClassificationOf,
): GatewayEngine {
  const planner = createPlanner(snapshot.sdl);
  const prepare = createPrepareOperation(
    PLAN_CACHE_BYTES,
    // Apollo Server has validated and has its own word on introspection and suggestions.
    {
      limits,
      introspection: true,
      suggestions: true,
      dryRun: false,
      narrowsIntrospection: false,
    },
    (document) => planner.plan(document),
    (prepared) => new CompiledOperation(prepared),
    // What fails is in the answer, where Apollo Server's plugins see it.
    { hit() {}, miss() {}, evicted() {}, failed() {} },
    () => performance.now(),
    classificationOf,
  );
  return { snapshot, prepare, dataSources };
}
