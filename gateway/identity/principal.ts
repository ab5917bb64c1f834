/**
 * Who asks: the one thing this room makes, and all that later rooms may know of a caller.
 *
 * @module
 */

/** A caller after its credentials were checked. Never changes; one is shared by all requests of a token. */
export interface Principal {
  /** False for `ANONYMOUS` only. */
  readonly authenticated: boolean;
  /** `iss` of the caller's token; null for an anonymous caller. */
  readonly issuer: string | null;
  /** `sub` of the caller's token, unique within its issuer; null for an anonymous caller. */
  readonly subject: string | null;
  readonly scopes: ReadonlySet<string>;
  /** The configured row claims that the token carries, each as a sorted list without repetition. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /**
   * Equal for two principals exactly when issuer, subject, scopes and claims are equal, in this
   * process and in any other; fit for cache keys. It is a digest and tells nothing about the caller.
   */
  readonly fingerprint: string;
  /** Epoch seconds from which the caller's token is refused; infinite for an anonymous caller. */
  readonly expiresAt: number;
}

/** The caller who sent no credentials. */
export const ANONYMOUS: Principal = Object.freeze({
  authenticated: false,
  issuer: null,
  subject: null,
  scopes: new Set<string>(),
  claims: Object.freeze({}),
  fingerprint: 'anonymous',
  expiresAt: Number.POSITIVE_INFINITY,
});
