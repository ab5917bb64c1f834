import { expect, test } from 'vitest';

import {
  type GrantState,
  type GrantStep,
  isInForce,
  type RequestState,
  type RequestStep,
  stepGrant,
  stepRequest,
} from '../../../../../gateway/control/access/access-states.ts';

const REQUEST_STATES: readonly RequestState[] = [
  'requested',
  'approved',
  'denied',
  'withdrawn',
  'expired',
];
const GRANT_STATES: readonly GrantState[] = [
  'active',
  'review_due',
  'revoked',
  'expired',
  'superseded',
];

test.each<[RequestStep, RequestState]>([
  ['approve', 'approved'],
  ['deny', 'denied'],
  ['withdraw', 'withdrawn'],
  ['lapse', 'expired'],
])('%s makes an open request %s, and no other', (step, next) => {
  const reached = REQUEST_STATES.map((state) => stepRequest(state, step));

  expect(reached).toEqual([next, null, null, null, null]);
});

test.each<[GrantStep, readonly (GrantState | null)[]]>([
  ['fallDue', ['review_due', null]],
  ['keep', [null, 'active']],
  ['revoke', ['revoked', 'revoked']],
  ['supersede', ['superseded', 'superseded']],
  ['lapse', ['expired', 'expired']],
])(
  '%s leads from a grant that is active, and one whose review is due, to %j, and from no other',
  (step, next) => {
    const reached = GRANT_STATES.map((state) => stepGrant(state, step));

    expect(reached).toEqual([...next, null, null, null]);
  },
);

test('a grant is in force while it is active and while its review is due', () => {
  expect(GRANT_STATES.filter(isInForce)).toEqual(['active', 'review_due']);
});
