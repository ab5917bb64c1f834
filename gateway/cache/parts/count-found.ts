import type { FoundParts } from './found-parts.ts';
import type { PartKind } from './part-kind.ts';
import type { PartObserver } from './part-settings.ts';

/** Counts what was found for one call; what was not is counted when the product is asked for it. */
export function countFound(
  { looked }: PartObserver,
  { subgraph, type }: PartKind,
  { values, stale, absent, missing }: FoundParts,
  state: 'hit' | 'shared_hit',
): void {
  const hits = values.length - stale.length - absent.length - missing;
  if (hits > 0) looked(subgraph, type, state, hits);
  if (missing > 0) looked(subgraph, type, 'missing', missing);
  if (stale.length > 0) looked(subgraph, type, 'stale', stale.length);
}
