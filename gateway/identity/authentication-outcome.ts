import { ERROR_CATALOG, type ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Principal } from './principal.ts';

/** Why a caller is turned away; all but `ISSUER_UNREACHABLE` are the caller's to mend. */
export type RejectionCode = Extract<
  ErrorCode,
  `TOKEN_${string}` | 'ISSUER_UNREACHABLE' | 'AUTHENTICATION_REQUIRED' | 'API_KEY_INVALID'
>;

export interface Rejection {
  readonly ok: false;
  readonly code: RejectionCode;
  /** One sentence for the caller, without anything from the token. */
  readonly message: string;
}

/** What became of a caller's credentials. Frozen, as one answer serves many requests. */
export type AuthenticationOutcome =
  | { readonly ok: true; readonly principal: Principal }
  | Rejection;

/** What a revocation can name of a credential. */
export interface CredentialFacts {
  readonly issuer: string;
  readonly subject: string;
  /** `jti`; null when the token has none. */
  readonly tokenId: string | null;
  /** `kid` of a signed token, the id of an API key; null for others. */
  readonly keyId: string | null;
  /**
   * Epoch seconds of the earliest moment at which the credential may have been issued, the
   * tolerance for its issuer's clock taken off; null when it does not say.
   */
  readonly issuedAt: number | null;
}

/** A credential that holds, but for a revocation. */
export interface CheckedCredential {
  readonly ok: true;
  readonly principal: Principal;
  readonly facts: CredentialFacts;
}

/** Builds a rejection. @param reason What exactly is wrong; without it the sentence of the catalog. */
export function reject(code: RejectionCode, reason?: string): Rejection {
  return Object.freeze({ ok: false, code, message: reason ?? ERROR_CATALOG[code].summary });
}
