import type { ExecutionResult as MonolithResult } from 'graphql';
import type { ExecutionResult } from '../../../gateway/execution/execution-result.ts';

type Path = readonly (string | number)[];

/** What two answers must have in common, ready to be compared. */
export interface ComparableAnswer {
  /** With the order of its keys. */
  readonly data: string | undefined;
  /** Where an error has left null, sorted; the root is the empty string. */
  readonly nulledAt: readonly string[];
  /** Paths that more than one error names. */
  readonly repeated: readonly string[];
}

export function toComparable(answer: ExecutionResult | MonolithResult): ComparableAnswer {
  const paths =
    'problems' in answer
      ? answer.problems.map(({ path }) => path ?? [])
      : (answer.errors ?? []).map(({ path }) => path ?? []);
  const nulledAt = new Set(paths.map((path) => nullOf(answer.data, path).join('.')));
  const texts = paths.map((path) => path.join('.'));
  const repeated = texts.filter((text, index) => texts.indexOf(text) !== index);
  return { data: JSON.stringify(answer.data), nulledAt: [...nulledAt].sort(), repeated };
}

/** The null that an error explains: the first one on the way to where it happened. */
function nullOf(data: unknown, path: Path): Path {
  let value = data;
  for (const [index, segment] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, index);
    value = (value as Record<string | number, unknown>)[segment];
  }
  return path;
}
