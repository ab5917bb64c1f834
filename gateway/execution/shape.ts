import type { ProjectionRun, Written } from './projection-run.ts';

/** Writes the values of one type as JSON. */
export interface Shape {
  /**
   * Whether the text of a value depends on nothing but the value, unless the run is asked for its
   * position. False where objects or lists lie below.
   */
  readonly isLeaf: boolean;

  /**
   * Whether every string is a value of the type and stands for itself: whoever holds one may
   * write it without asking the shape.
   */
  readonly takesStrings: boolean;

  /** @param depth The length of the path to the value. */
  write(value: unknown, run: ProjectionRun, depth: number): Written;
}
