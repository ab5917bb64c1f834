import type { Principal } from '../../identity/principal.ts';
import type { GrantRegister } from '../../policy/grants/grant-register.ts';
import type { GrantedAccess } from '../../policy/grants/granted-access.ts';
import type { DecidedPolicies } from '../../policy/live-policies.ts';
import type { Rights } from '../../policy/requirement.ts';
import type { WindowStates } from '../../policy/windows/window-states.ts';

/**
 * What a caller has, as far as decisions about fields go.
 *
 * @param purpose What the caller says that the request is for; null where it does not say. It
 *   counts where the caller's issuer vouches for it, and is like none otherwise.
 */
export type RightsOf = (principal: Principal, purpose: string | null) => CallerRights;

export interface CallerRights extends Rights {
  readonly purpose: string | null;
  readonly grants: GrantedAccess | null;
  /** Of the policies that decide. */
  readonly policyVersion: string;
  /** Of the rules in force when the request began; null where none has a window. */
  readonly windows: WindowStates | null;
}

/** What grants open to a caller now; null for nothing. */
export type GrantsOf = (principal: Principal, purpose: string | null) => GrantedAccess | null;

/** Creates what gathers the rights of callers; nothing is decided before an operation mentions it. */
export function createRightsOf(
  decidedPolicies: (principal: Principal) => DecidedPolicies,
  grantsOf: GrantsOf,
  windowStates: () => WindowStates | null,
): RightsOf {
  return (principal, named) => {
    const purpose = named !== null && principal.purposes.has(named) ? named : null;
    const { held, version } = decidedPolicies(principal);
    return {
      authenticated: principal.authenticated,
      scopes: principal.scopes,
      policies: held,
      policyVersion: version,
      roles: principal.roles,
      domain: principal.domain,
      purpose,
      grants: grantsOf(principal, purpose),
      windows: windowStates(),
    };
  };
}

/**
 * Creates what looks a caller up in the register. Without any grants no clock is read.
 *
 * @param now Epoch milliseconds.
 */
export function createGrantsOf(register: GrantRegister, now: () => number): GrantsOf {
  return (principal, purpose) =>
    register.size === 0 ? null : register.accessOf(principal, purpose, now(), performance.now());
}
