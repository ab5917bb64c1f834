import type { Problem } from '../../shared/errors/problem.ts';

/** The answer to one operation. */
export interface ExecutionResult {
  /** The `data` of the answer as JSON; absent when nothing was run. */
  readonly dataText?: string;
  readonly problems: readonly Problem[];
}
