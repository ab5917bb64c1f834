/** What a comparison finds, to be read by programs and by people. */
export interface Difference {
  readonly facts: object;
  readonly sentences: readonly string[];
  /** Whether somebody can read more. */
  readonly opens: boolean;
}
