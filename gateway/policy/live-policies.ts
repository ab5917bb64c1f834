import type { Principal } from '../identity/principal.ts';
import {
  createHeldPolicies,
  type DecidePolicy,
  type HeldPolicies,
  type ObservePolicyDecision,
} from './held-policies.ts';
import type { HeldNames } from './requirement.ts';

/** One version of the policies. */
export interface PolicySet {
  readonly version: string;
  readonly decide: DecidePolicy;
}

/** Policies that hold for a caller, and by which version that is decided. */
export interface DecidedPolicies {
  readonly version: string;
  readonly held: HeldNames;
}

/**
 * The one place that says which policies are in force. A swap replaces a single reference: a request
 * that took its rights before ends as it began, and one that comes after it is decided by the new ones.
 */
export interface LivePolicies {
  current: PolicySet;
}

/** Creates what says which policies hold for a caller; nothing is remembered beyond a version. */
export function createDecidedPolicies(
  live: LivePolicies,
  observe: ObservePolicyDecision,
): (principal: Principal) => DecidedPolicies {
  let current: PolicySet | null = null;
  let held: HeldPolicies | null = null;
  return (principal) => {
    if (held === null || current !== live.current) {
      current = live.current;
      held = createHeldPolicies(current.decide, observe);
    }
    return { version: live.current.version, held: held(principal) };
  };
}
