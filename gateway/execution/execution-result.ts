import type { Problem } from '../../shared/errors/problem.ts';
import type { JsonObject } from './json.ts';

/** The answer to one operation: `data` is absent when nothing was run. */
export interface ExecutionResult {
  readonly data?: JsonObject | null;
  readonly problems: readonly Problem[];
}
