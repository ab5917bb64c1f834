import { readSupergraph } from './read-supergraph.ts';
import { type SupergraphSnapshot, toSupergraphSnapshot } from './supergraph-snapshot.ts';

/**
 * Loads a supergraph from its SDL, in this thread. Synchronous; a large one takes a second.
 *
 * @param urlOverrides URL by subgraph name, for those that listen elsewhere than the SDL says.
 * @throws {MeshgateError} SUPERGRAPH_INVALID, with what is wrong with the text.
 */
export function loadSupergraphSnapshot(
  sdl: string,
  urlOverrides: ReadonlyMap<string, string> = new Map(),
): SupergraphSnapshot {
  return toSupergraphSnapshot(readSupergraph(sdl), urlOverrides);
}
