import { toAuthorizationShape } from '../policy/authorization-shape.ts';
import type { Classification } from '../policy/classification.ts';
import type { Rights } from '../policy/requirement.ts';
import type { TagIndex } from '../policy/tag-index.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import type { ParsedOperation } from './parse-operation.ts';

/** The governance rules that are in force, made ready for a supergraph. */
export type ClassificationOf = (snapshot: SupergraphSnapshot) => Classification;

/** What a caller has, and the same as requirements are held against it. */
export interface CallersRights {
  readonly rights: Rights;
  readonly opened: Rights;
}

/** Most callers have nothing that was granted in masked form, and no rules are looked at for them. */
export function openRights(
  rights: Rights,
  snapshot: SupergraphSnapshot,
  classificationOf: ClassificationOf,
): CallersRights {
  if (rights.grants?.maskOf === undefined) return { rights, opened: rights };
  return { rights, opened: classificationOf(snapshot).openedBy(rights) };
}

const allTagged = new WeakMap<TagIndex, readonly string[]>();

/** All elements with tags, the same array each time. */
export function findTagged({ tags }: SupergraphSnapshot): readonly string[] {
  const known = allTagged.get(tags) ?? [...tags.keys()];
  allTagged.set(tags, known);
  return known;
}

/** What rules refuse to a caller whatever the operation. */
export function findDenied(
  rights: Rights,
  snapshot: SupergraphSnapshot,
  classificationOf: ClassificationOf,
): ReadonlySet<string> {
  const tagged = findTagged(snapshot);
  if (tagged.length === 0) return NOTHING;
  const effects = classificationOf(snapshot).effectsOf(tagged, rights);
  return new Set(tagged.filter((coordinate) => effects.get(coordinate)?.kind === 'deny'));
}

const NOTHING: ReadonlySet<string> = new Set();

/** What is said in a shape of callers who see something around the operation masked. */
const HIDES_VALUES = '*';

/** Writes all on which it depends what a caller may do with an operation. */
export function toOperationShape(
  { mentioned, marks, introspectsByRights }: ParsedOperation,
  { rights, opened }: CallersRights,
  snapshot: SupergraphSnapshot,
  classificationOf: ClassificationOf,
): string {
  const shape = toAuthorizationShape(mentioned, opened);
  const decided = introspectsByRights ? findTagged(snapshot) : marks.coordinates;
  if (decided.length + marks.around.length === 0) return shape;
  const classification = classificationOf(snapshot);
  const hides = classification.masksAny(marks.around, rights) ? HIDES_VALUES : '';
  return shape + hides + classification.shapeOf(decided, rights);
}
