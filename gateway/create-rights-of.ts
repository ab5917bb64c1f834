import type { Principal } from './identity/principal.ts';
import type { HeldPolicies } from './policy/held-policies.ts';
import type { Rights } from './policy/requirement.ts';

/**
 * What a caller has, as far as decisions about fields go.
 *
 * @param purpose What the caller says that the request is for; null where it does not say. It
 *   counts where the caller's issuer vouches for it, and is like none otherwise.
 */
export type RightsOf = (principal: Principal, purpose: string | null) => Rights;

/** Creates what gathers the rights of callers; nothing is decided before an operation mentions it. */
export function createRightsOf(heldPolicies: HeldPolicies): RightsOf {
  return (principal, purpose) => ({
    authenticated: principal.authenticated,
    scopes: principal.scopes,
    policies: heldPolicies(principal),
    roles: principal.roles,
    domain: principal.domain,
    purpose: purpose !== null && principal.purposes.has(purpose) ? purpose : null,
  });
}
