import type { JsonObject } from '../json.ts';

const ANSWERED_NULL = Symbol('answered null');

interface Marked {
  [ANSWERED_NULL]?: true;
}

/**
 * Notes on an object that a subgraph, asked for it as an entity, answered null:
 * what is missing of it now is missing because a subgraph said so. The note is
 * no key of the object, and stays with it when it is merged into a new one.
 */
export function noteAnsweredNull(object: JsonObject): void {
  (object as Marked)[ANSWERED_NULL] = true;
}

/** Tells whether a subgraph answered null for the object. */
export function wasAnsweredNull(object: JsonObject): boolean {
  return (object as Marked)[ANSWERED_NULL] === true;
}
