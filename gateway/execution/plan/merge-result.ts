import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

/**
 * Adds what a fetch returned to the object it was asked for.
 *
 * The target itself is written to; whatever lies deeper may be shared with other
 * places of the answer, because equal representations are asked once and every
 * place is handed the same result. So where both sides hold an object under one
 * key, a new object takes its place and neither of the two is touched.
 *
 * A type name makes way for a more exact one only: a product that has an interface object knows
 * it by the name of the interface, and may say so after another has told the concrete type.
 *
 * @returns Whether an object or list has been replaced: who holds what stood in the answer has
 *   to look again for what stands there now.
 */
export function mergeResult(
  target: JsonObject,
  received: JsonObject,
  lattice: TypeLattice,
): boolean {
  let replaced = false;
  for (const key in received) {
    const value = received[key];
    const present = target[key];
    if (present === undefined || present === null || value === present) {
      target[key] = value;
    } else if (typeof present === 'object') {
      target[key] = mergedValue(present, value, lattice);
      replaced = true;
    } else if (key !== '__typename' || !lattice.isSubtype(String(present), String(value))) {
      target[key] = value ?? present;
    }
  }
  return replaced;
}

function mergedValue(present: unknown, value: unknown, lattice: TypeLattice): unknown {
  if (Array.isArray(present) && Array.isArray(value)) {
    return present.length === value.length
      ? present.map((element, index) => mergedValue(element, value[index], lattice))
      : value;
  }
  if (isJsonObject(present) && isJsonObject(value)) {
    const merged = { ...present };
    mergeResult(merged, value, lattice);
    return merged;
  }
  return value === null || value === undefined ? present : value;
}
