/**
 * From the `authorization` header to the caller.
 *
 * A product answers the gateway only. What it learns about the caller is what the
 * gateway has signed: no other header counts.
 *
 * @module
 */

import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { MeshgateError } from '../../errors/meshgate-error.ts';
import type { Caller } from '../caller.ts';
import { namesNoKey } from './gateway-keys.ts';

export interface VerifyCallerSettings {
  readonly keys: JWTVerifyGetKey;
  /** Expected `iss`. */
  readonly issuer: string;
  /** Expected `aud`: the name of this product. */
  readonly audience: string;
  /** Verified tokens remembered at most. Default 1000. */
  readonly capacity?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** Why a call is refused; a label of `product_refused_calls_total`. */
export type RefusalReason =
  | 'token_missing'
  | 'token_malformed'
  | 'token_expired'
  | 'token_claim'
  | 'token_signature'
  | 'keys_unavailable';

export type Verification =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly reason: RefusalReason; readonly error: MeshgateError };

/** Verifies an `authorization` header. Never rejects. */
export type VerifyCaller = (authorization: string | undefined) => Promise<Verification>;

const ALGORITHM = 'EdDSA';
/** Clocks of two machines differ; the gateway's tokens live for 60 seconds. */
const CLOCK_TOLERANCE_SECONDS = 5;
const DEFAULT_CAPACITY = 1000;

interface Remembered {
  readonly verification: Verification;
  readonly expiresAtMs: number;
}

/**
 * Builds a `VerifyCaller` that remembers valid tokens until they expire: the gateway
 * sends one token for many requests, and a signature costs more than a lookup.
 * Refusals are not remembered.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function createVerifyCaller(settings: VerifyCallerSettings): VerifyCaller {
  const { now = Date.now } = settings;
  const verified = new LRUCache<string, Remembered>({ max: settings.capacity ?? DEFAULT_CAPACITY });

  return async (authorization) => {
    if (authorization === undefined) return refuse('token_missing');
    const known = verified.get(authorization);
    if (known !== undefined && now() < known.expiresAtMs) return known.verification;

    const [scheme, token, ...rest] = authorization.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0) {
      return refuse('token_malformed');
    }
    try {
      const { payload } = await jwtVerify(token, settings.keys, {
        algorithms: [ALGORITHM],
        issuer: settings.issuer,
        audience: settings.audience,
        requiredClaims: ['iat', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
      });
      const caller = toCaller(payload);
      if (caller === null) return refuse('token_claim');

      const verification: Verification = { ok: true, caller };
      verified.set(authorization, { verification, expiresAtMs: Number(payload.exp) * 1000 });
      return verification;
    } catch (error) {
      return refuse(toReason(error), error);
    }
  };
}

/** Reads what the gateway says about the caller; null when a claim has the wrong form. */
function toCaller(payload: JWTPayload): Caller | null {
  const { sub, sub_id: subjectId, scope = '', claims = {}, granted } = payload;
  if (sub === '' || typeof scope !== 'string' || !isRecord(claims)) return null;
  if (granted !== undefined && !isNames(granted)) return null;
  if (subjectId !== undefined && !isSubjectAt(subjectId, sub)) return null;
  return {
    subject: sub ?? null,
    ...(subjectId === undefined ? {} : { issuer: subjectId.iss }),
    scopes: new Set(scope.split(' ').filter((name) => name !== '')),
    claims,
    ...(granted === undefined ? {} : { granted: new Set(granted) }),
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc9493#section-3.2.3 */
function isSubjectAt(value: unknown, subject: unknown): value is { readonly iss: string } {
  return (
    isRecord(value) &&
    value.format === 'iss_sub' &&
    typeof value.iss === 'string' &&
    value.iss !== '' &&
    value.sub === subject
  );
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toReason(error: unknown): RefusalReason {
  if (error instanceof MeshgateError) return 'keys_unavailable';
  if (error instanceof errors.JWTExpired) return 'token_expired';
  if (error instanceof errors.JWTClaimValidationFailed) return 'token_claim';
  if (error instanceof errors.JWSSignatureVerificationFailed || namesNoKey(error)) {
    return 'token_signature';
  }
  return 'token_malformed';
}

/** The reason stays in metrics and logs: whoever calls without a valid token learns nothing about it. */
function refuse(reason: RefusalReason, cause?: unknown): Verification {
  const code = reason === 'keys_unavailable' ? 'ISSUER_UNREACHABLE' : 'CALLER_UNVERIFIED';
  return { ok: false, reason, error: new MeshgateError(code, { cause }) };
}
