/** A request of which parts are compared. */
export interface ShadowedRequest {
  readonly requestId: string;
  /** Null for one without a name. */
  readonly operation: string | null;
}

/** How the parts of one call compare with what the product says now; never a value, and no key. */
export interface ComparedParts extends ShadowedRequest {
  readonly product: string;
  /** Of the first entity; the query type for a call from the root. */
  readonly type: string;
  /** Parts that would have been given, a count as the others. */
  readonly same: number;
  readonly different: number;
  /** Parts of which none was fresh, though the product allows to keep them. */
  readonly absent: number;
  /** At which the different ones differ, all together. */
  readonly paths: number;
}
