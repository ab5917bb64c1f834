import { LRUCache } from 'lru-cache';

import type { Principal } from '../identity/principal.ts';
import type { HeldNames } from './requirement.ts';

/** What became of the question whether a policy holds for a caller. */
export interface PolicyDecision {
  readonly holds: boolean;
  /** Where the rules are that could not be evaluated; one is enough for the policy not to hold. */
  readonly failed: readonly string[];
}

/** Decides whether a policy holds for a caller: the same for two callers of one fingerprint. */
export type DecidePolicy = (principal: Principal, name: string) => PolicyDecision;

/** Told about each decision that is made; what is remembered is not made again. */
export type ObservePolicyDecision = (name: string, decision: PolicyDecision) => void;

/** Policies that hold for a caller. */
export type HeldPolicies = (principal: Principal) => HeldNames;

/** A hundred bytes each: some tens of megabytes at most. */
const DECISIONS_KEPT = 100_000;

/**
 * Creates what says which policies hold for a caller: each is decided when it is first asked for
 * and remembered for all callers of the same fingerprint, the least recently used forgotten first.
 *
 * @param decide Answers from one version of the policies; a new version is a new `HeldPolicies`.
 */
export function createHeldPolicies(
  decide: DecidePolicy,
  observe: ObservePolicyDecision,
): HeldPolicies {
  const decisions = new LRUCache<string, boolean>({ max: DECISIONS_KEPT });
  return (principal) => ({
    has(name) {
      // A fingerprint has no blank in it, so that no two pairs have one key.
      const key = `${principal.fingerprint} ${name}`;
      const known = decisions.get(key);
      if (known !== undefined) return known;
      const decision = decide(principal, name);
      observe(name, decision);
      decisions.set(key, decision.holds);
      return decision.holds;
    },
  });
}
