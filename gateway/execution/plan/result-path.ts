import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';

/** A concrete place in the answer: response keys and list indices from the root. */
export type Position = readonly (string | number)[];

interface PathStep {
  /** Response key to follow; null enters every element of a list. */
  readonly key: string | null;
  /** Only objects of these types are followed; null follows all. */
  readonly types: ReadonlySet<string> | null;
}

/** A plan's path into the data, ready to be walked. */
export interface ResultPath {
  readonly steps: readonly PathStep[];
  /** The same path for an error: keys, with `@` for a list. */
  readonly keys: readonly string[];
  /** How many lists it enters. */
  readonly lists: number;
}

export const ROOT_PATH: ResultPath = { steps: [], keys: [], lists: 0 };

const TYPES = /^(.*)\|\[([^\]]*)\]$/;

/**
 * Appends what the planner writes in a Flatten node: response keys, `@` for a
 * list, and either of them followed by `|[A,B]` where only some types are meant.
 * A condition that stands alone applies to the object already reached.
 */
export function extendPath(path: ResultPath, elements: readonly (string | number)[]): ResultPath {
  const steps = [...path.steps];
  const keys = [...path.keys];
  for (const element of elements) {
    const { name, types } = parseElement(String(element));
    if (name !== '') {
      steps.push({ key: name === '@' ? null : name, types });
      keys.push(name);
    } else if (types !== null) {
      steps.push({ ...(steps.pop() ?? { key: '' }), types });
    }
  }
  return { steps, keys, lists: keys.filter((key) => key === '@').length };
}

function parseElement(element: string): { name: string; types: ReadonlySet<string> | null } {
  const [, name, types] = TYPES.exec(element) ?? [];
  return types === undefined
    ? { name: element, types: null }
    : { name: name ?? '', types: new Set(types.split(',')) };
}

/**
 * Collects the objects at a path, in the order of the data. Nulls and whatever
 * is not there yet are passed over.
 *
 * A list that stands in several places is entered once: what entities refer to
 * in circles would otherwise be walked as often as there are ways to it.
 */
export function collectTargets(root: JsonObject, path: ResultPath): JsonObject[] {
  const walk = new TargetWalk(path);
  walk.descend(root, 0);
  return walk.targets;
}

class TargetWalk {
  readonly targets: JsonObject[] = [];
  readonly #steps: readonly PathStep[];
  /** Lists entered so far, by step; a path with one list has nothing to enter twice. */
  readonly #entered: Set<unknown>[] | null;

  constructor({ steps, lists }: ResultPath) {
    this.#steps = steps;
    this.#entered = lists > 1 ? [] : null;
  }

  descend(value: unknown, depth: number): void {
    if (value === null || typeof value !== 'object') return;
    const step = this.#steps[depth];
    if (step === undefined) {
      if (!Array.isArray(value)) this.targets.push(value as JsonObject);
    } else if (step.key !== null) {
      const next = step.key === '' ? value : (value as JsonObject)[step.key];
      if (isFollowed(next, step.types)) this.descend(next, depth + 1);
    } else if (Array.isArray(value) && this.#enters(value, depth)) {
      this.#descendList(value, step.types, depth + 1);
    }
  }

  #descendList(list: readonly unknown[], types: ReadonlySet<string> | null, depth: number): void {
    for (const element of list) {
      if (isFollowed(element, types)) this.descend(element, depth);
    }
  }

  #enters(list: readonly unknown[], depth: number): boolean {
    if (this.#entered === null) return true;
    const entered = this.#entered[depth] ?? new Set();
    this.#entered[depth] = entered;
    if (entered.has(list)) return false;
    entered.add(list);
    return true;
  }
}

function isFollowed(value: unknown, types: ReadonlySet<string> | null): boolean {
  if (types === null) return true;
  // A condition on a list is meant for its elements, and the step into the list repeats it.
  if (Array.isArray(value)) return true;
  return isJsonObject(value) && types.has(String(value.__typename));
}

/**
 * Finds where given objects stand. Only errors need positions, so they are
 * looked for when there is an error and not kept while there is none.
 *
 * @param wanted Objects as `collectTargets` returned them; one object may stand in several places.
 */
export function locateTargets(
  root: JsonObject,
  path: ResultPath,
  wanted: ReadonlySet<JsonObject>,
): Position[] {
  const positions: Position[] = [];
  const walk = (value: unknown, depth: number, position: Position): void => {
    const step = path.steps[depth];
    if (step === undefined) {
      if (wanted.has(value as JsonObject)) positions.push(position);
      return;
    }
    for (const [segment, child] of childrenOf(value, step)) {
      walk(child, depth + 1, segment === '' ? position : [...position, segment]);
    }
  };
  walk(root, 0, []);
  return positions;
}

/** What one step leads to, each with its key or index; the segment is empty where the step stays at its object. */
export function childrenOf(
  value: unknown,
  step: PathStep,
): readonly (readonly [string | number, unknown])[] {
  if (value === null || typeof value !== 'object') return [];
  const { key } = step;
  if (key === null && !Array.isArray(value)) return [];
  const children: readonly (readonly [string | number, unknown])[] =
    key === null
      ? (value as unknown[]).map((element, index) => [index, element] as const)
      : [[key, key === '' ? value : (value as JsonObject)[key]]];
  return children.filter(([, child]) => isFollowed(child, step.types));
}

/** The part of a path that stands before its first list: where an error about all of it belongs. */
export function commonPosition(path: ResultPath): Position {
  const list = path.keys.indexOf('@');
  return list === -1 ? path.keys : path.keys.slice(0, list);
}
