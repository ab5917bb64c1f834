import { expect, test } from 'vitest';

import { ANONYMOUS, toPrincipal } from '../../../../../gateway/identity/principal.ts';
import type { Grant } from '../../../../../gateway/policy/grants/grant.ts';
import { GrantRegister } from '../../../../../gateway/policy/grants/grant-register.ts';

const GRANT: Grant = {
  id: 'g-1',
  issuer: 'https://id.example',
  subject: 'ben',
  product: 'accounts',
  coordinates: null,
  level: 'full',
  mask: null,
  clients: null,
  purpose: 'analytics',
  startsAtMs: 1000,
  endsAtMs: 2000,
};
const TRUSTED_MS = 5000;

const caller = (changes: object = {}) =>
  toPrincipal({
    kind: 'user',
    issuer: 'https://id.example',
    subject: 'ben',
    scopes: [],
    roles: [],
    domain: null,
    purposes: [],
    claims: [],
    expiresAt: 9_999_999_999,
    ...changes,
  });

function createRegister(...grants: readonly Partial<Grant>[]) {
  const register = new GrantRegister(TRUSTED_MS);
  register.replace(grants.map((changes) => ({ ...GRANT, ...changes })));
  register.confirm(0);
  return register;
}

const idsOf = (register: GrantRegister, principal: ReturnType<typeof caller>, nowMs: number) =>
  register.accessOf(principal, null, nowMs, 0)?.fingerprint ?? null;

test('a grant holds from when it begins until it ends, by the clock alone', () => {
  const register = createRegister({});
  const ben = caller();

  const seen = [999, 1000, 1999, 2000].map((nowMs) => idsOf(register, ben, nowMs));

  expect(seen).toEqual([null, 'g-1', 'g-1', null]);
});

test('grants that begin and end at different times come and go one by one', () => {
  const register = createRegister({}, { id: 'g-2', startsAtMs: 1500, endsAtMs: 2500 });
  const ben = caller();

  const seen = [0, 1000, 1500, 2000, 2500].map((nowMs) => idsOf(register, ben, nowMs));

  expect(seen).toEqual([null, 'g-1', 'g-1 g-2', 'g-2', null]);
});

test.each([
  ['another subject', { subject: 'eve' }],
  ['the same subject of another issuer', { issuer: 'https://evil.example' }],
  ['who may use data for other purposes only', { purposes: ['fraud'] }],
])('a grant is nothing to %s', (_, changes) => {
  expect(idsOf(createRegister({}), caller(changes), 1500)).toBeNull();
});

test('a caller whose issuer names the purpose of the grant has it', () => {
  const purposes = ['fraud', 'analytics'];

  expect(idsOf(createRegister({}), caller({ purposes }), 1500)).toBe('g-1');
});

test('nobody in particular has no grants', () => {
  expect(createRegister({}).accessOf(ANONYMOUS, null, 1500, 0)).toBeNull();
});

test('a new state is the only one, for callers who were looked up before too', () => {
  const register = createRegister({});
  const ben = caller();
  expect(idsOf(register, ben, 1500)).toBe('g-1');

  register.replace([{ ...GRANT, id: 'g-2' }]);
  expect(idsOf(register, ben, 1500)).toBe('g-2');
  register.replace([]);
  expect(idsOf(register, ben, 1500)).toBeNull();
  expect(register.size).toBe(0);
});

test('what is granted is one object as long as it is the same, whatever happens to others', () => {
  const register = createRegister({});
  const ben = caller();
  const before = register.accessOf(ben, null, 1500, 0);

  register.replace([GRANT, { ...GRANT, id: 'g-2', subject: 'eve' }]);

  expect(register.accessOf(ben, null, 1600, 0)).toBe(before);
});

test('a copy that was not confirmed for too long opens nothing, until it is', () => {
  const register = createRegister({});
  const ben = caller();
  const open = (steadyMs: number) => register.accessOf(ben, null, 1500, steadyMs) !== null;

  expect([open(TRUSTED_MS), open(TRUSTED_MS + 1)]).toEqual([true, false]);
  register.confirm(TRUSTED_MS + 1);
  expect([open(TRUSTED_MS + 1), open(2 * TRUSTED_MS + 2)]).toEqual([true, false]);
});

test('a copy that was never confirmed opens nothing', () => {
  const register = new GrantRegister(TRUSTED_MS);
  register.replace([GRANT]);

  expect(register.accessOf(caller(), null, 1500, 0)).toBeNull();
});

test('where a request says what it is for, grants for something else open nothing', () => {
  const register = createRegister({ purpose: 'churn' });
  const ben = caller({ purposes: ['churn', 'billing'] });

  const opens = (purpose: string | null) => register.accessOf(ben, purpose, 1500, 0) !== null;

  expect([null, 'churn', 'billing'].map(opens)).toEqual([true, true, false]);
});

test('a grant for some clients counts in their tokens alone', () => {
  const register = createRegister({ clients: ['svc-churn', 'svc-score'] });

  const seen = ['svc-churn', 'svc-score', 'other', null].map((client) =>
    idsOf(register, caller({ client }), 1500),
  );

  expect(seen).toEqual(['g-1', 'g-1', null, null]);
});
