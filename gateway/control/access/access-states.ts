/**
 * Where an access request and a grant can be, and which step leads where. All else is refused.
 *
 * @module
 */

/** `requested` is open; all others are final. */
export type RequestState = 'requested' | 'approved' | 'denied' | 'withdrawn' | 'expired';

/** Only an `active` grant opens anything; all others are final. */
export type GrantState = 'active' | 'revoked' | 'expired' | 'superseded';

/** `lapse` is what time does: nobody has answered a request, or a grant is over. */
export type RequestStep = 'approve' | 'deny' | 'withdraw' | 'lapse';
export type GrantStep = 'revoke' | 'supersede' | 'lapse';

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
  active: { revoke: 'revoked', supersede: 'superseded', lapse: 'expired' },
  revoked: {},
  expired: {},
  superseded: {},
};

/** @returns Where the step leads, or null when it cannot be taken from there. */
export function stepRequest(state: RequestState, step: RequestStep): RequestState | null {
  return REQUEST_STEPS[state][step] ?? null;
}

/** @returns Where the step leads, or null when it cannot be taken from there. */
export function stepGrant(state: GrantState, step: GrantStep): GrantState | null {
  return GRANT_STEPS[state][step] ?? null;
}
