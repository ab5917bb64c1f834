import type { Problem } from '../../shared/errors/problem.ts';

/** The entities whose values of one coordinate an answer shows. */
export interface ShownEntityCount {
  readonly count: number;
  /**
   * Whether these are as many different entities. Otherwise at most: some had no key in what the
   * products gave, or keys of several kinds, and one entity may have been counted twice.
   */
  readonly exact: boolean;
  /** Keys of the first of them as text; absent where they are not wanted. */
  readonly keys?: readonly string[];
  /** Whether not all of them are among the keys; absent otherwise. */
  readonly more?: true;
}

/** By coordinate, absent for none: what with a class an answer shows, as it is or masked. */
export interface Shown {
  /** How many values, a count. */
  readonly values: Readonly<Record<string, number>>;
  readonly entities: Readonly<Record<string, ShownEntityCount>>;
}

/** The answer to one operation. */
export interface ExecutionResult {
  /** The `data` of the answer as JSON; absent when nothing was run. */
  readonly dataText?: string;
  /** Absent where nothing is counted, or nothing with a class was asked for. */
  readonly shown?: Shown;
  readonly problems: readonly Problem[];
}
