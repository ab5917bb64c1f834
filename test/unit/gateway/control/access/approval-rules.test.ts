import { expect, test } from 'vitest';

import {
  type Approval,
  isApproved,
  isAutoApproved,
  isParty,
  rolesOf,
  rolesThatApprove,
} from '../../../../../gateway/control/access/approval-rules.ts';
import type { Governance } from '../../../../../gateway/control/access/governance.ts';

const member = (
  name: string,
  role: 'owner' | 'steward' | 'engineer',
  until: string | null = null,
) => ({ name, role, since: '2026-01-10', until }) as const;

const ORDERS: Governance = {
  product: 'orders',
  tenant: 'acme',
  members: [
    member('ana@acme.example', 'owner'),
    member('both@acme.example', 'owner'),
    member('both@acme.example', 'steward'),
    member('sam@acme.example', 'steward'),
    member('gone@acme.example', 'owner', '2026-03-31'),
    member('li@acme.example', 'engineer'),
  ],
  strictest: 'restricted',
  classes: null,
  autoApprove: [{ classification: 'internal', sameTenant: true }],
  maxGrantSeconds: 86_400,
  purposes: [],
};
const DAY = '2026-03-31';

const agreed = (approver: string, ...roles: Approval['roles']): Approval => ({ approver, roles });
const ANA = agreed('ana', 'owner');
const SAM = agreed('sam', 'steward');
const BOTH = agreed('both', 'owner', 'steward');

test.each([
  [['public'], 'full', ['owner']],
  [['internal'], 'full', ['owner']],
  [['restricted'], 'full', ['owner', 'steward']],
  [['internal', 'personal'], 'full', ['owner', 'steward']],
  [['personal'], 'masked', ['owner']],
  [['restricted'], 'masked', ['owner', 'steward']],
  [['personal', 'restricted'], 'masked', ['owner', 'steward']],
] as const)('%j data, %s, is approved as %j', (classes, level, roles) => {
  expect(rolesThatApprove(classes, level)).toEqual(roles);
});

test.each([
  [[], false],
  [[ANA], false],
  [[SAM], false],
  [[ANA, SAM], true],
  [[SAM, ANA], true],
  [[BOTH], false],
  [[BOTH, agreed('BOTH', 'owner', 'steward')], false],
  [[BOTH, ANA], true],
  [[BOTH, SAM], true],
  [[ANA, agreed('eve', 'owner')], false],
] as const)('owner and steward, two different people: %j is enough: %s', (approvals, enough) => {
  expect(isApproved(['owner', 'steward'], approvals)).toBe(enough);
});

test.each([
  ['ana@acme.example', ['owner']],
  ['Ana@ACME.example', ['owner']],
  ['both@acme.example', ['owner', 'steward']],
  ['gone@acme.example', ['owner']],
  ['li@acme.example', []],
  ['nobody@acme.example', []],
])('%s decides as %j', (person, roles) => {
  expect(rolesOf(person, ORDERS, DAY)).toEqual(roles);
});

test('whoever has left the team, or is not in it yet, decides nothing', () => {
  expect(rolesOf('gone@acme.example', ORDERS, '2026-04-01')).toEqual([]);
  expect(rolesOf('ana@acme.example', ORDERS, '2026-01-09')).toEqual([]);
});

test('who has asked and whom it is for are parties, however their names are written', () => {
  const parties = { requestedBy: 'Ines', subject: 'svc-1' };

  expect(['ines', 'INES ', 'svc-1', 'ana'].map((person) => isParty(person, parties))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

const auto = (subject: string, changes: Partial<Governance> = {}, classification = 'internal') =>
  isAutoApproved(
    classification as Governance['strictest'],
    subject,
    { ...ORDERS, ...changes },
    [ORDERS],
    DAY,
  );

test('internal data that a product lets go is for those who are in a team of its tenant', () => {
  expect(auto('li@acme.example')).toBe(true);
  expect(auto('eve@other.example')).toBe(false);
  expect(auto('li@acme.example', { tenant: 'other' })).toBe(false);
  expect(auto('li@acme.example', { tenant: null })).toBe(false);
  expect(auto('li@acme.example', { autoApprove: [] })).toBe(false);
});

test('what a product lets go to anybody is for anybody, and classified data for nobody', () => {
  const autoApprove = [{ classification: 'public', sameTenant: false }] as const;

  expect(auto('eve@other.example', { autoApprove: [...autoApprove] }, 'public')).toBe(true);
  expect(auto('li@acme.example', { autoApprove: [...autoApprove] }, 'internal')).toBe(false);
  expect(auto('li@acme.example', {}, 'personal')).toBe(false);
});
