import { createHash } from 'node:crypto';

import { type AuthenticationOutcome, reject } from './authentication-outcome.ts';
import type { JsonObject } from './decode-token.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import type { Principal } from './principal.ts';

/** RFC 6749, 3.3. A space inside would become two scopes when scopes are joined for a subgraph. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Builds the principal of a token whose signature and validity are already checked.
 *
 * @param payload Claims of the token.
 * @param rowClaims Names of the claims that are kept; all others are forgotten here.
 * @returns `TOKEN_CLAIM_INVALID` when `sub`, the scopes or a row claim have the wrong form.
 */
export function buildPrincipal(
  payload: JsonObject,
  settings: IssuerSettings,
  rowClaims: readonly string[],
): AuthenticationOutcome {
  const subject = payload.sub;
  if (typeof subject !== 'string' || subject === '') {
    return reject('TOKEN_CLAIM_INVALID', 'The access token lacks the claim sub, or it is no text.');
  }

  const scopes = readScopes(readOwn(payload, settings.scopeClaim));
  if (scopes === null) {
    const reason = `The claim ${settings.scopeClaim} of the access token must be text separated by spaces, or a list of scopes.`;
    return reject('TOKEN_CLAIM_INVALID', reason);
  }

  const claims: [string, readonly string[]][] = [];
  for (const name of new Set(rowClaims)) {
    const values = readRowClaim(readOwn(payload, name));
    if (values === null) {
      const reason = `The claim ${name} of the access token must be text, a whole number or a list of these.`;
      return reject('TOKEN_CLAIM_INVALID', reason);
    }
    if (values !== undefined) claims.push([name, values]);
  }
  return { ok: true, principal: assemble(payload, subject, scopes, claims, settings) };
}

function assemble(
  payload: JsonObject,
  subject: string,
  scopes: readonly string[],
  claims: readonly (readonly [string, readonly string[]])[],
  { issuer, clockToleranceSeconds }: IssuerSettings,
): Principal {
  const sortedClaims = [...claims].sort(([left], [right]) => (left < right ? -1 : 1));
  const identity = JSON.stringify([issuer, subject, scopes, sortedClaims]);
  return Object.freeze({
    authenticated: true,
    issuer,
    subject,
    scopes: new Set(scopes),
    claims: Object.freeze(Object.fromEntries(sortedClaims)),
    fingerprint: createHash('sha256').update(identity).digest('base64url'),
    expiresAt: (payload.exp as number) + clockToleranceSeconds,
  });
}

function readOwn(payload: JsonObject, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

/** No scopes is a fine answer; scopes of an unknown form are not. */
function readScopes(value: unknown): readonly string[] | null {
  const parts: unknown =
    typeof value === 'string' ? value.split(' ').filter((part) => part !== '') : (value ?? []);
  if (!Array.isArray(parts)) return null;
  return parts.every((part) => typeof part === 'string' && SCOPE.test(part))
    ? sortedOnce(parts)
    : null;
}

/** A single value becomes a list of one, so that data products see one form. */
function readRowClaim(value: unknown): readonly string[] | null | undefined {
  if (value === undefined || value === null) return undefined;
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const fits = parts.every((part) => typeof part === 'string' || Number.isSafeInteger(part));
  return fits ? Object.freeze(sortedOnce(parts.map(String))) : null;
}

const sortedOnce = (values: readonly string[]): string[] => [...new Set(values)].sort();
