import type { ProjectionRun, Written } from './projection-run.ts';

/** Writes the values of one type as JSON. */
export interface Shape {
  /** Null where objects or lists may lie below, or the text depends on more than the value. */
  readonly leaf: Leaf | null;

  /** @param depth The length of the path to the value. */
  write(value: unknown, run: ProjectionRun, depth: number): Written;
}

/**
 * What is known of a shape whose text depends on nothing but the value, unless the run is asked
 * for its position: whoever holds such a value may then write it without asking the shape.
 */
export interface Leaf {
  /** Whether every string is a value of the type and is written as it is. */
  readonly takesStrings: boolean;
  /** The same for integers. */
  readonly takesIntegers: boolean;
}

/** A leaf whose shape has to be asked for each value. */
export const ASKED_LEAF: Leaf = { takesStrings: false, takesIntegers: false };
