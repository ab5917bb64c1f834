/**
 * Where an access request and a grant can be, and which step leads where. All else is refused.
 *
 * @module
 */

/** `requested` is open; all others are final. */
export type RequestState = 'requested' | 'approved' | 'denied' | 'withdrawn' | 'expired';

/** A grant that is `active`, or whose review is due, opens what it names; all others are final. */
export type GrantState = 'active' | 'review_due' | 'revoked' | 'expired' | 'superseded';

/** States of grants in force, by the clock's leave. */
export const IN_FORCE = "('active', 'review_due')";

/** `lapse` and `fallDue` are what time does: it ends what nobody answers or keeps, or asks whether to. */
export type RequestStep = 'approve' | 'deny' | 'withdraw' | 'lapse';
export type GrantStep = 'fallDue' | 'keep' | 'revoke' | 'supersede' | 'lapse';

type Steps<State extends string, Step extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Step, State>>>>
>;

const REQUEST_STEPS: Steps<RequestState, RequestStep> = {
  requested: { approve: 'approved', deny: 'denied', withdraw: 'withdrawn', lapse: 'expired' },
  approved: {},
  denied: {},
  withdrawn: {},
  expired: {},
};

const GRANT_STEPS: Steps<GrantState, GrantStep> = {
  active: {
    fallDue: 'review_due',
    revoke: 'revoked',
    supersede: 'superseded',
    lapse: 'expired',
  },
  review_due: { keep: 'active', revoke: 'revoked', supersede: 'superseded', lapse: 'expired' },
  revoked: {},
  expired: {},
  superseded: {},
};

/** @returns Where the step leads, or null when it cannot be taken from there. */
export function stepRequest(state: RequestState, step: RequestStep): RequestState | null {
  return REQUEST_STEPS[state][step] ?? null;
}

/** Tells whether a grant in this state opens what it names, as long as its time is not over. */
export function isInForce(state: GrantState): boolean {
  return state === 'active' || state === 'review_due';
}

/** @returns Where the step leads, or null when it cannot be taken from there. */
export function stepGrant(state: GrantState, step: GrantStep): GrantState | null {
  return GRANT_STEPS[state][step] ?? null;
}
