import { expect, test } from 'vitest';

import {
  type GrantState,
  type GrantStep,
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
const GRANT_STATES: readonly GrantState[] = ['active', 'revoked', 'expired', 'superseded'];

test.each<[RequestStep, RequestState]>([
  ['approve', 'approved'],
  ['deny', 'denied'],
  ['withdraw', 'withdrawn'],
  ['lapse', 'expired'],
])('%s makes an open request %s, and no other', (step, next) => {
  const reached = REQUEST_STATES.map((state) => stepRequest(state, step));

  expect(reached).toEqual([next, null, null, null, null]);
});

test.each<[GrantStep, GrantState]>([
  ['revoke', 'revoked'],
  ['supersede', 'superseded'],
  ['lapse', 'expired'],
])('%s makes an active grant %s, and no other', (step, next) => {
  const reached = GRANT_STATES.map((state) => stepGrant(state, step));

  expect(reached).toEqual([next, null, null, null]);
});
