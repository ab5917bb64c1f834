import type { Mask } from '../mask.ts';

export type AccessLevel = 'full' | 'masked';

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
  /** As it is, or in masked form. */
  readonly level: AccessLevel;
  /** Of masked form; null leaves it to the governance rules. */
  readonly mask: Mask | null;
  /** Ids of the clients through which alone it counts; null for any. */
  readonly clients: readonly string[] | null;
  /** What the data may be used for. */
  readonly purpose: string;
  /** From when it holds, in epoch milliseconds. */
  readonly startsAtMs: number;
  /** From when it holds no more, in epoch milliseconds. */
  readonly endsAtMs: number;
}
