/** Access that was given to one caller for a time, beside what the caller's own scopes open. */
export interface Grant {
  readonly id: string;
  /** The caller, as tokens name it. */
  readonly issuer: string;
  readonly subject: string;
  /** The data product, which is the name of its subgraph. */
  readonly product: string;
  /** Coordinates that it opens; null for all that the product protects against reading. */
  readonly coordinates: readonly string[] | null;
  /** What the data may be used for. */
  readonly purpose: string;
  /** From when it holds, in epoch milliseconds. */
  readonly startsAtMs: number;
  /** From when it holds no more, in epoch milliseconds. */
  readonly endsAtMs: number;
}
