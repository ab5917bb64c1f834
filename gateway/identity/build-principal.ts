import { type Rejection, reject } from './authentication-outcome.ts';
import {
  isName,
  type JsonObject,
  readClaim,
  toNames,
  toRowClaim,
  toScopes,
} from './claim-values.ts';
import type { ClaimPath, IssuerSettings } from './issuer-settings.ts';
import { type Principal, type PrincipalFacts, toPrincipal } from './principal.ts';

/**
 * Builds the principal of a token whose signature and validity are already checked.
 *
 * @param payload Claims of the token.
 * @param rowClaims Names of the claims that are kept; all others are forgotten here.
 * @param expiresAt Epoch seconds from which the token is refused.
 * @returns `TOKEN_CLAIM_INVALID` when a claim that is looked at has the wrong form.
 */
export function buildPrincipal(
  payload: JsonObject,
  settings: IssuerSettings,
  rowClaims: readonly string[],
  expiresAt: number,
): { readonly ok: true; readonly principal: Principal } | Rejection {
  const { claims, issuer } = settings;
  const subject = readClaim(payload, claims.subject);
  if (!isName(subject)) {
    const reason = `The access token lacks the claim ${claims.subject}, or it is no text.`;
    return reject('TOKEN_CLAIM_INVALID', reason);
  }
  const scopes = toScopes(readClaim(payload, claims.scopes));
  if (scopes === null) {
    return misshapen(claims.scopes, 'text separated by spaces, or a list of scopes');
  }
  const roles = toNames(readMapped(payload, claims.roles));
  if (roles === null) return misshapen(claims.roles, 'text or a list of texts');
  const purposes = toNames(readMapped(payload, claims.purposes));
  if (purposes === null) return misshapen(claims.purposes, 'text or a list of texts');
  const domain = readMapped(payload, claims.domain) ?? null;
  if (domain !== null && !isName(domain)) return misshapen(claims.domain, 'text');

  const client = readClient(payload);
  const rows = readRowClaims(payload, settings, rowClaims);
  if (!rows.ok) return rows;
  const facts: PrincipalFacts = {
    kind: settings.callers ?? (client === subject ? 'machine' : 'user'),
    issuer,
    subject,
    client,
    scopes: [...scopes, ...scopesOf(roles, settings)],
    roles,
    domain,
    purposes,
    claims: rows.values,
    expiresAt,
  };
  return { ok: true, principal: toPrincipal(facts) };
}

function readRowClaims(
  payload: JsonObject,
  { claims }: IssuerSettings,
  names: readonly string[],
): { readonly ok: true; readonly values: PrincipalFacts['claims'] } | Rejection {
  const rows: [string, readonly string[]][] = [];
  for (const name of new Set(names)) {
    const path = Object.hasOwn(claims.rows, name) ? (claims.rows[name] ?? name) : name;
    const values = toRowClaim(readClaim(payload, path));
    if (values === null) return misshapen(path, 'text, a whole number or a list of these');
    if (values !== undefined) rows.push([name, values]);
  }
  return { ok: true, values: rows };
}

function readMapped(payload: JsonObject, path: ClaimPath | null): unknown {
  return path === null ? undefined : readClaim(payload, path);
}

function misshapen(path: ClaimPath | null, form: string): Rejection {
  return reject('TOKEN_CLAIM_INVALID', `The claim ${path} of the access token must be ${form}.`);
}

function scopesOf(roles: readonly string[], { roleScopes }: IssuerSettings): readonly string[] {
  return roles.flatMap((role) => (Object.hasOwn(roleScopes, role) ? (roleScopes[role] ?? []) : []));
}

/** A client that acts in its own name is its own subject (RFC 9068, 2.2). */
function readClient(payload: JsonObject): string | null {
  const client = readClaim(payload, 'client_id') ?? readClaim(payload, 'azp');
  return isName(client) ? client : null;
}
