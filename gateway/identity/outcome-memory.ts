import { LRUCache } from 'lru-cache';

import type { ApiKeyRecord } from './api-keys/api-key-record.ts';
import type {
  AuthenticationOutcome,
  CheckedCredential,
  CredentialFacts,
  Rejection,
} from './authentication-outcome.ts';
import type { CredentialRegister } from './credential-register.ts';

/** Answers to credentials that were seen before. */
export interface OutcomeMemory {
  /** Null when nothing is remembered that still holds. */
  recall(authorization: string): AuthenticationOutcome | null;
  /**
   * Remembers what became of credentials, unless it is not theirs to answer for.
   *
   * @param apiKey The key that was brought; null for all else.
   */
  keep(
    authorization: string,
    checked: CheckedCredential | Rejection,
    apiKey: ApiKeyRecord | null,
  ): AuthenticationOutcome;
}

const SECOND = 1000;

/** A key that its issuer withdraws stops working after twice this time, whatever `exp` says. */
const ACCEPTED_FOR_MS = 5 * 60 * SECOND;
/** Long enough for a client in a loop, short enough for a key that has just been published. */
const REJECTED_FOR_MS = 5 * SECOND;

interface Remembered {
  readonly outcome: AuthenticationOutcome;
  /** Epoch milliseconds. */
  readonly until: number;
  /** What may be revoked; null for what is checked anew instead: rejections and API keys. */
  readonly facts: CredentialFacts | null;
  readonly apiKey: ApiKeyRecord | null;
  /** Epoch of the register that the outcome was last held against. */
  epoch: number;
}

/** Bounded by count and by characters, as the tokens themselves are the keys. */
const createStore = (max: number) =>
  new LRUCache<string, Remembered>({
    max,
    maxSize: max * 2048,
    sizeCalculation: (_, authorization) => authorization.length + 1,
  });

/**
 * Builds an `OutcomeMemory`.
 *
 * Acceptances are remembered until the token expires, five minutes at most; rejections for five
 * seconds, in a store of their own, so that junk cannot push out good tokens. When the register
 * changes, whatever is remembered is held against it once more: no memory outlives a revocation.
 *
 * @param now Epoch milliseconds.
 */
export function createOutcomeMemory(
  register: CredentialRegister,
  now: () => number,
): OutcomeMemory {
  const accepted = createStore(10_000);
  const rejected = createStore(1000);

  return {
    recall(authorization) {
      const known = accepted.get(authorization) ?? rejected.get(authorization);
      if (known === undefined) return null;
      const nowMs = now();
      if (nowMs >= known.until) return null;
      if (known.epoch !== register.epoch) {
        if (known.facts === null || register.isRevoked(known.facts)) return null;
        known.epoch = register.epoch;
      }
      if (known.apiKey !== null) known.apiKey.lastUsedAtMs = nowMs;
      return known.outcome;
    },

    keep(authorization, checked, apiKey) {
      accepted.delete(authorization);
      const nowMs = now();
      const { epoch } = register;
      if (!checked.ok) {
        if (checked.code === 'ISSUER_UNREACHABLE') return checked;
        const until = nowMs + REJECTED_FOR_MS;
        rejected.set(authorization, { outcome: checked, until, facts: null, apiKey: null, epoch });
        return checked;
      }
      if (apiKey !== null) apiKey.lastUsedAtMs = nowMs;
      const { principal } = checked;
      const outcome = Object.freeze({ ok: true as const, principal });
      const until = Math.min(principal.expiresAt * SECOND, nowMs + ACCEPTED_FOR_MS);
      const facts = apiKey === null ? checked.facts : null;
      accepted.set(authorization, { outcome, until, facts, apiKey, epoch });
      return outcome;
    },
  };
}
