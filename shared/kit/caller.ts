/** Who asks, as the gateway has verified and signed it. */
export interface Caller {
  /** Stable name of the caller at its issuer; null when the caller is anonymous. */
  readonly subject: string | null;
  /** Issuer that the subject is a name at; absent when the gateway does not say. */
  readonly issuer?: string;
  readonly scopes: ReadonlySet<string>;
  /** Row claims, e.g. `{ regions: ['West'] }`; what row-level security decides by. */
  readonly claims: Readonly<Record<string, unknown>>;
  /**
   * Types and fields of this product that were granted beside what the scopes open, `*` for all
   * that it protects against reading; absent when nothing was.
   */
  readonly granted?: ReadonlySet<string>;
}
