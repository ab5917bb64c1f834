import type { Problem } from '../../shared/errors/problem.ts';
import type { JsonObject } from './json.ts';

/** A null whose error is reported already: it stands where null may stand and rises where not. */
export const FAILED = Symbol('failed');
/** A null where none may stand: the object or list around it becomes null too. */
export const RISING = Symbol('rising');

/** Errors of one kind kept for one answer: a broken list of a million says enough with a hundred. */
const REPORTS_KEPT = 100;

/**
 * The state of one projection: where it is and what it found wrong.
 *
 * `path` is written in place while the shapes descend; only its first `depth`
 * elements count at any time.
 */
export class ProjectionRun {
  readonly path: (string | number)[] = [];
  readonly introspection: JsonObject | null;
  readonly problems: Problem[];
  readonly #met: number;

  /** @param problems What was met while fetching; projection appends to it. */
  constructor(problems: Problem[], introspection: JsonObject | null) {
    this.problems = problems;
    this.introspection = introspection;
    this.#met = problems.length;
  }

  /** A value that does not fit its type. */
  reportInvalid(depth: number): typeof FAILED {
    this.#report(
      'RESPONSE_VALUE_INVALID',
      'A data product answered with a value that does not fit the schema.',
      depth,
    );
    return FAILED;
  }

  /** A null where the schema promises a value, unless an error explains it already. */
  reportNull(depth: number): void {
    const position = this.path.slice(0, depth);
    if (this.problems.slice(0, this.#met).some(({ path }) => explains(path, position))) return;
    this.#report(
      'RESPONSE_NULL_NOT_ALLOWED',
      'A data product answered null where the schema promises a value.',
      depth,
    );
  }

  #report(
    code: 'RESPONSE_VALUE_INVALID' | 'RESPONSE_NULL_NOT_ALLOWED',
    message: string,
    depth: number,
  ): void {
    if (this.problems.length - this.#met >= REPORTS_KEPT) return;
    this.problems.push({ code, message, path: this.path.slice(0, depth) });
  }
}

/**
 * An error explains a null at its own place, above it and below it. In the path
 * of a refused field `@` stands for every index, and a type condition for no step at all.
 */
function explains(
  path: readonly (string | number)[] = [],
  position: readonly (string | number)[],
): boolean {
  let index = 0;
  for (const segment of path) {
    if (typeof segment === 'string' && segment.startsWith('... on ')) continue;
    const here = position[index];
    if (here === undefined) return true;
    if (segment !== here && !(segment === '@' && typeof here === 'number')) return false;
    index += 1;
  }
  return true;
}
