import type { ExecutionResult as MonolithResult } from 'graphql';
import type { ExecutionResult } from '../../../gateway/execution/execute-operation.ts';

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
  const [data, errors] =
    'problems' in answer
      ? [answer.dataText, answer.problems]
      : [JSON.stringify(answer.data), answer.errors ?? []];
  const paths = errors.map(({ path }) => path ?? []);
  const value: unknown = data === undefined ? undefined : JSON.parse(data);
  const nulledAt = new Set(paths.map((path) => nullOf(value, path).join('.')));
  const texts = paths.map((path) => path.join('.'));
  const repeated = texts.filter((text, index) => texts.indexOf(text) !== index);
  return { data, nulledAt: [...nulledAt].sort(), repeated };
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
