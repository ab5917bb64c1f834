import type { FetchDataRewrite } from '@apollo/query-planner';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

const FRAGMENT = '... on ';

/**
 * Applies a fetch's output rewrites to what a subgraph returned, in place.
 *
 * The planner gives a field another name in the fetch where two fields of one
 * name cannot stand side by side, and wants it renamed back afterwards. An object
 * whose type is not known passes every type condition: what was not selected on
 * it is not there to be renamed.
 */
export function rewriteOutput(
  rewrites: readonly FetchDataRewrite[],
  value: unknown,
  typename: string | null,
  lattice: TypeLattice,
): void {
  for (const rewrite of rewrites) {
    applyRewrite(rewrite, rewrite.path, value, typename, lattice);
  }
}

function applyRewrite(
  rewrite: FetchDataRewrite,
  path: readonly string[],
  value: unknown,
  knownType: string | null,
  lattice: TypeLattice,
): void {
  if (Array.isArray(value)) {
    for (const element of value) applyRewrite(rewrite, path, element, null, lattice);
    return;
  }
  const [head, ...rest] = path;
  if (!isJsonObject(value) || head === undefined) return;
  if (head.startsWith(FRAGMENT)) {
    const typename = typeof value.__typename === 'string' ? value.__typename : knownType;
    if (typename === null || lattice.isSubtype(typename, head.slice(FRAGMENT.length))) {
      applyRewrite(rewrite, rest, value, typename, lattice);
    }
  } else if (rest.length > 0) {
    applyRewrite(rewrite, rest, value[head], null, lattice);
  } else {
    rewriteField(rewrite, head, value);
  }
}

function rewriteField(rewrite: FetchDataRewrite, key: string, object: JsonObject): void {
  if (rewrite.kind === 'ValueSetter') {
    object[key] = rewrite.setValueTo;
  } else if (object[key] !== undefined) {
    object[rewrite.renameKeyTo] = object[key];
    delete object[key];
  }
}

/** Translates the keys of an error path back to the names that the client uses. */
export function rewritePath(
  rewrites: readonly FetchDataRewrite[],
  path: readonly (string | number)[],
): readonly (string | number)[] {
  if (rewrites.length === 0) return path;
  const names = new Map<string | number, string>();
  for (const rewrite of rewrites) {
    const last = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && last !== undefined) names.set(last, rewrite.renameKeyTo);
  }
  return path.map((segment) => names.get(segment) ?? segment);
}
