import { type CheckedCredential, type Rejection, reject } from '../authentication-outcome.ts';
import { buildPrincipal } from '../build-principal.ts';
import { type JsonObject, readClaim } from '../claim-values.ts';
import type { IntrospectionSettings, IssuerSettings } from '../issuer-settings.ts';
import { checkClaims } from '../jwt/check-claims.ts';
import { toChecked } from '../jwt/create-check-jwt.ts';

/**
 * Reads what an issuer says about a token.
 *
 * Only `active: true` is a yes. Everything but that is optional (RFC 7662, 2.2), and what is there
 * must fit: another issuer or audience, another token type, a time that is over. Without `exp` the
 * answer holds as long as it is believed; without `sub` the client itself is the subject.
 *
 * @param nowSeconds Epoch seconds.
 */
export function checkIntrospection(
  payload: JsonObject,
  issuer: IssuerSettings & { readonly introspection: IntrospectionSettings },
  rowClaims: readonly string[],
  nowSeconds: number,
): CheckedCredential | Rejection {
  const { claims, introspection } = issuer;
  if (payload.active !== true || !isBearer(payload.token_type)) return reject('TOKEN_INACTIVE');
  if (payload.iss !== undefined && payload.iss !== issuer.issuer) {
    return reject('TOKEN_ISSUER_UNKNOWN');
  }
  const believed = {
    exp: nowSeconds + introspection.cacheSeconds,
    aud: issuer.audiences[0],
    ...payload,
  };
  const refused = checkClaims(believed, { ...issuer, clockToleranceSeconds: 0 }, nowSeconds);
  if (refused !== null) return refused;

  const subject = readClaim(payload, claims.subject) ?? readClaim(payload, 'client_id');
  const named = { ...payload, [claims.subject]: subject };
  const built = buildPrincipal(named, issuer, rowClaims, believed.exp);
  return built.ok ? toChecked(built.principal, payload, issuer, null) : built;
}

function isBearer(type: unknown): boolean {
  return type === undefined || (typeof type === 'string' && type.toLowerCase() === 'bearer');
}
