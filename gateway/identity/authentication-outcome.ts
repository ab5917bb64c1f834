import { ERROR_CATALOG, type ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Principal } from './principal.ts';

/** Why a caller is turned away; all but `ISSUER_UNREACHABLE` are the caller's to mend. */
export type RejectionCode = Extract<
  ErrorCode,
  `TOKEN_${string}` | 'ISSUER_UNREACHABLE' | 'AUTHENTICATION_REQUIRED'
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

/** Builds a rejection. @param reason What exactly is wrong; without it the sentence of the catalog. */
export function reject(code: RejectionCode, reason?: string): Rejection {
  return Object.freeze({ ok: false, code, message: reason ?? ERROR_CATALOG[code].summary });
}
