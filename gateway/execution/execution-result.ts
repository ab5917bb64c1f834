import type { Problem } from '../../shared/errors/problem.ts';

/** By coordinate: how many values with a class an answer shows, as they are or masked; absent for none. */
export type ShownCounts = Readonly<Record<string, number>>;

/** The answer to one operation. */
export interface ExecutionResult {
  /** The `data` of the answer as JSON; absent when nothing was run. */
  readonly dataText?: string;
  /** Absent where nothing with a class was asked for. */
  readonly shown?: ShownCounts;
  readonly problems: readonly Problem[];
}
