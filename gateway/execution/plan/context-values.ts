/**
 * Values that a field takes from the objects around it (`@fromContext`).
 *
 * The planner says for each such argument where its value stands, seen from the
 * entity that is asked for: `..` climbs to the object around it, `... on T` goes on
 * for a T only, the rest are keys. The values travel as variables of the fetch, so
 * one call can carry one set of them, and entities that stand in different
 * surroundings are asked for in calls of their own.
 *
 * @see https://specs.apollo.dev/context/v0.1/
 *
 * @module
 */
import type { FetchDataRewrite } from '@apollo/query-planner';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { childrenOf, type ResultPath } from './result-path.ts';

const FRAGMENT = '... on ';

/** Objects of one path whose arguments from context are equal. */
export interface ContextGroup {
  /** Members of the JSON object `variables`, for example `"contextualArgument_1_0":"EUR"`. */
  readonly variables: string;
  readonly targets: readonly JsonObject[];
}

/** What is read where another type stands than the one that the value is taken from. */
const ELSEWHERE = Symbol('elsewhere');

/** One argument's value: how far up it stands, and the way down from there. */
interface ContextPath {
  readonly levels: number;
  readonly below: readonly string[];
}

/** Finds the arguments from context of one fetch. */
export class ContextValues {
  readonly #paths = new Map<string, ContextPath[]>();
  readonly #lattice: TypeLattice;

  /** @param rewrites Several of them may name one argument: each is for another type of the object around it. */
  constructor(
    rewrites: readonly Extract<FetchDataRewrite, { kind: 'KeyRenamer' }>[],
    lattice: TypeLattice,
  ) {
    this.#lattice = lattice;
    for (const { path, renameKeyTo } of rewrites) {
      const levels = path.filter((segment) => segment === '..').length;
      const paths = this.#paths.get(renameKeyTo) ?? [];
      paths.push({ levels, below: path.slice(levels) });
      this.#paths.set(renameKeyTo, paths);
    }
  }

  /** The variables that are filled in here; clients cannot give them. */
  get names(): ReadonlySet<string> {
    return new Set(this.#paths.keys());
  }

  /**
   * Collects the objects at a path, grouped by the values around them.
   *
   * An object is left out when a value around it is missing, which is not the same
   * as null: the fetch that should have brought it has failed, and has said why. A value that
   * is for other surroundings is null: the plan asks some places for more than was selected there.
   */
  collect(root: JsonObject, path: ResultPath): readonly ContextGroup[] {
    const groups = new Map<string, JsonObject[]>();
    const walk = (value: unknown, depth: number, around: readonly JsonObject[]): void => {
      const step = path.steps[depth];
      if (step === undefined) {
        if (isJsonObject(value)) this.#group(value, around, groups);
        return;
      }
      const climbs = step.key !== null && step.key !== '' && isJsonObject(value);
      const aroundChild = climbs ? [...around, value] : around;
      for (const [, child] of childrenOf(value, step)) walk(child, depth + 1, aroundChild);
    };
    walk(root, 0, []);
    return [...groups].map(([variables, targets]) => ({ variables, targets }));
  }

  #group(
    target: JsonObject,
    around: readonly JsonObject[],
    groups: Map<string, JsonObject[]>,
  ): void {
    const variables = this.#write([...around, target]);
    if (variables === null) return;
    const same = groups.get(variables);
    if (same === undefined) groups.set(variables, [target]);
    else same.push(target);
  }

  #write(chain: readonly JsonObject[]): string | null {
    const members: string[] = [];
    for (const [name, paths] of this.#paths) {
      const values = paths.map(({ levels, below }) => this.#read(chain.at(-1 - levels), below));
      const here = values.filter((value) => value !== ELSEWHERE);
      const value = here.length === 0 ? null : here.find((one) => one !== undefined);
      if (value === undefined) return null;
      members.push(`"${name}":${JSON.stringify(value)}`);
    }
    return members.join(',');
  }

  /** Undefined where the value is missing, ELSEWHERE where the way is for another type; a list is gone through element by element. */
  #read(value: unknown, path: readonly string[]): unknown {
    const [head, ...rest] = path;
    if (value === null || value === undefined || head === undefined) return value;
    if (Array.isArray(value)) return this.#readList(value, path);
    if (!isJsonObject(value)) return undefined;
    if (!head.startsWith(FRAGMENT)) return this.#read(value[head], rest);
    // The root has no type name, and stands for one type only.
    const typename = value.__typename;
    const follows =
      typeof typename !== 'string' ||
      this.#lattice.isSubtype(typename, head.slice(FRAGMENT.length));
    return follows ? this.#read(value, rest) : ELSEWHERE;
  }

  #readList(list: readonly unknown[], path: readonly string[]): unknown {
    const values = list
      .map((element) => this.#read(element, path))
      .map((value) => (value === ELSEWHERE ? null : value));
    return values.includes(undefined) ? undefined : values;
  }
}
