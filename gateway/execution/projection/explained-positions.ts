import type { Problem } from '../../../shared/errors/problem.ts';

interface Node {
  /** Whether a problem stands here. */
  ends: boolean;
  readonly below: Map<string | number, Node>;
}

/**
 * The positions of problems, asked whether one of them explains a null.
 *
 * An error explains a null at its own place, above it and below it. In the path
 * of a refused field `@` stands for every index, and a type condition for no step at all.
 */
export class ExplainedPositions {
  readonly #root: Node = { ends: false, below: new Map() };

  constructor(problems: readonly Problem[]) {
    for (const { path } of problems) this.#add(path ?? []);
  }

  #add(path: readonly (string | number)[]): void {
    let node = this.#root;
    for (const segment of path) {
      if (typeof segment === 'string' && segment.startsWith('... on ')) continue;
      let next = node.below.get(segment);
      if (next === undefined) {
        next = { ends: false, below: new Map() };
        node.below.set(segment, next);
      }
      node = next;
    }
    node.ends = true;
  }

  /** @param depth How many segments of the position count. */
  explain(position: readonly (string | number)[], depth: number): boolean {
    return explains(this.#root, position, depth, 0);
  }
}

function explains(
  node: Node,
  position: readonly (string | number)[],
  depth: number,
  at: number,
): boolean {
  if (node.ends) return true;
  if (at === depth) return node.below.size > 0;
  const here = position[at];
  const next = here === undefined ? undefined : node.below.get(here);
  if (next !== undefined && explains(next, position, depth, at + 1)) return true;
  const every = typeof here === 'number' ? node.below.get('@') : undefined;
  return every !== undefined && explains(every, position, depth, at + 1);
}
