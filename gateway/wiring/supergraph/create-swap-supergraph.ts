/**
 * How one supergraph takes over from another while requests run.
 *
 * The next one is read and its planner built in threads of its own; then the operations
 * that are in use are prepared for it; then a single reference is swapped. What comes
 * after the swap finds its plans ready, and what came before goes on as it began.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { CompiledOperation } from '../../execution/execute-operation.ts';
import type { PrepareOperation } from '../../operation/prepare-operation.ts';
import type { LiveSupergraph } from '../../supergraph/live-supergraph.ts';
import type { SupergraphGeneration } from './build-generation.ts';
import type { LoadedSupergraph, LoadSupergraph } from './load-supergraph.ts';

/** What became of a supergraph that was to take over. */
export type SwapOutcome =
  | {
      readonly kind: 'swapped';
      readonly version: string;
      /** Version that it took over from. */
      readonly before: string;
      /** Operations that were made ready for it, a count. */
      readonly prepared: number;
    }
  | { readonly kind: 'unchanged'; readonly version: string }
  /** The old one goes on. */
  | { readonly kind: 'refused'; readonly error: MeshgateError };

/** Makes the supergraph of this text the live one. Swaps are done one after the other. */
export type SwapSupergraph = (sdl: string) => Promise<SwapOutcome>;

export interface SwapDoors {
  readonly live: LiveSupergraph<SupergraphGeneration>;
  readonly load: LoadSupergraph;
  readonly build: (loaded: LoadedSupergraph) => SupergraphGeneration;
  readonly prepare: PrepareOperation<CompiledOperation>;
}

/** Operations prepared before a swap, a count: far more than most gateways have in daily use. */
const PREPARED_OPERATIONS = 500;
/** After this the swap no longer waits; what is not prepared by then is prepared when it is asked for. */
const PREPARING_MS = 20_000;

export function createSwapSupergraph(doors: SwapDoors): SwapSupergraph {
  let latest: Promise<unknown> = Promise.resolve();
  return (sdl) => {
    const swapping = latest.then(() => swap(sdl, doors));
    latest = swapping.catch(() => undefined);
    return swapping;
  };
}

async function swap(sdl: string, { live, load, build, prepare }: SwapDoors): Promise<SwapOutcome> {
  const { snapshot } = live.current.generation;
  if (sdl === snapshot.sdl) return { kind: 'unchanged', version: snapshot.version };
  try {
    const next = build(await load(sdl));
    const prepared = await prepareInUse(prepare, snapshot, next.snapshot).catch(
      async (error: unknown) => {
        await next.close();
        throw error;
      },
    );
    live.swap(next);
    const { version } = next.snapshot;
    return { kind: 'swapped', version, before: snapshot.version, prepared };
  } catch (error) {
    if (!(error instanceof MeshgateError)) throw error;
    return { kind: 'refused', error };
  }
}

/** @returns How many operations are ready, those that the next supergraph refuses included. */
async function prepareInUse(
  prepare: SwapDoors['prepare'],
  from: LoadedSupergraph['snapshot'],
  to: LoadedSupergraph['snapshot'],
): Promise<number> {
  const deadline = performance.now() + PREPARING_MS;
  let prepared = 0;
  for (const { text, operationName, rights } of prepare.inUse(from, PREPARED_OPERATIONS)) {
    if (performance.now() > deadline) break;
    await prepare(text, operationName, rights, to);
    prepared += 1;
    // Parsing happens in this thread; requests go on in between.
    await setImmediate();
  }
  return prepared;
}
