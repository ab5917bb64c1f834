import type { Principal } from './identity/principal.ts';
import type { HeldPolicies } from './policy/held-policies.ts';
import type { Rights } from './policy/requirement.ts';

/** What a caller has, as far as decisions about fields go. */
export type RightsOf = (principal: Principal) => Rights;

/** Creates what gathers the rights of callers; nothing is decided before an operation mentions it. */
export function createRightsOf(heldPolicies: HeldPolicies): RightsOf {
  return (principal) => ({
    authenticated: principal.authenticated,
    scopes: principal.scopes,
    policies: heldPolicies(principal),
  });
}
