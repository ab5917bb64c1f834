import { expect, test } from 'vitest';
import type { AccessTerms } from '../../../../../gateway/control/access/access-terms.ts';
import {
  type Approval,
  canBeAnswered,
  findAgreementProblem,
  isApproved,
  isAutoApproved,
  isPartner,
  isParty,
  rolesOf,
  rolesThatApprove,
  rolesThatMayAnswer,
} from '../../../../../gateway/control/access/approval-rules.ts';

const member = (
  name: string,
  role: AccessTerms['members'][number]['role'],
  until: string | null = null,
) => ({ name, role, since: '2026-01-10', until }) as const;

const ORDERS: AccessTerms = {
  product: 'orders',
  tenant: 'acme',
  members: [
    member('ana@acme.example', 'owner'),
    member('both@acme.example', 'owner'),
    member('both@acme.example', 'steward'),
    member('sam@acme.example', 'steward'),
    member('gone@acme.example', 'owner', '2026-03-31'),
    member('li@acme.example', 'engineer'),
    member('dom@acme.example', 'domain lead'),
  ],
  strictest: 'restricted',
  classes: null,
  autoApprove: [{ classification: 'internal', sameTenant: true, sameTeam: false }],
  maxGrantSeconds: 86_400,
  reviewAfterSeconds: 90 * 86_400,
  purposes: [],
  partnerIssuers: [],
  agreement: null,
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

const DOM = agreed('dom', 'domain lead');

test.each([
  [['owner'], [DOM], true],
  [['owner', 'steward'], [DOM], false],
  [['owner', 'steward'], [DOM, ANA], true],
  [['owner', 'steward'], [SAM, DOM], true],
  [['owner', 'steward'], [DOM, agreed('DOM', 'domain lead')], false],
] as const)('of what has escalated, %j is approved by %j: %s', (needed, approvals, enough) => {
  expect(isApproved(needed, approvals, true)).toBe(enough);
  expect(isApproved(needed, approvals)).toBe(false);
});

test('a domain lead answers what has escalated or is a partner’s, and nothing else', () => {
  const all = ['owner', 'steward', 'domain lead'];
  const since = '2026-01-10T07:00:00Z';

  expect(rolesThatMayAnswer({ escalatedAt: null, partner: false })).toEqual(['owner', 'steward']);
  expect(rolesThatMayAnswer({ escalatedAt: since, partner: false })).toEqual(all);
  expect(rolesThatMayAnswer({ escalatedAt: null, partner: true })).toEqual(all);
});

const canAnswer = (
  parties: Partial<{ requestedBy: string; approvals: readonly Approval[] }>,
  today = DAY,
  members = ORDERS.members.filter(({ name }) => !name.startsWith('both')),
) =>
  canBeAnswered(
    ['owner', 'steward'],
    { members },
    { requestedBy: 'eve', subject: 'eve', approvals: [], ...parties },
    today,
  );

test.each([
  [['internal'], 'full', ['owner', 'domain lead']],
  [['personal'], 'masked', ['owner', 'domain lead']],
  [['personal'], 'full', ['owner', 'steward', 'domain lead']],
] as const)('%j data, %s, is approved for a partner as %j', (classes, level, roles) => {
  expect(rolesThatApprove(classes, level, true)).toEqual(roles);
});

test('for a partner three different people agree', () => {
  const needed = ['owner', 'steward', 'domain lead'] as const;

  expect(isApproved(needed, [ANA, SAM, DOM])).toBe(true);
  expect(isApproved(needed, [ANA, DOM])).toBe(false);
  expect(isApproved(needed, [BOTH, DOM])).toBe(false);
});

test('an issuer that one product calls a partner’s is one for all', () => {
  const other = { ...ORDERS, product: 'other', partnerIssuers: ['https://id.partner.example'] };

  expect(isPartner('https://id.partner.example', [ORDERS, other])).toBe(true);
  expect(isPartner('https://id.partner.example.evil', [ORDERS, other])).toBe(false);
  expect(isPartner('https://id.acme.example', [ORDERS, other])).toBe(false);
});

test('a partner needs an agreement, in the request or in the descriptor', () => {
  const agreement = 'https://legal.acme.example/partner';

  expect(findAgreementProblem(true, null, ORDERS)).toContain('Expected an https link to the legal');
  expect(findAgreementProblem(true, agreement, ORDERS)).toBeNull();
  expect(findAgreementProblem(true, null, { ...ORDERS, agreement })).toBeNull();
  expect(findAgreementProblem(false, null, ORDERS)).toBeNull();
});

test('a request can be answered as long as each role has a person of its own who is no party', () => {
  expect(canAnswer({})).toBe(true);
  expect(canAnswer({ requestedBy: 'sam@acme.example' })).toBe(false);
  expect(canAnswer({ requestedBy: 'ana@acme.example' })).toBe(true);
  expect(canAnswer({ requestedBy: 'ana@acme.example' }, '2026-04-01')).toBe(false);
  expect(
    canAnswer({}, DAY, [
      member('both@acme.example', 'owner'),
      member('both@acme.example', 'steward'),
    ]),
  ).toBe(false);
});

test('who has agreed before leaving the team has agreed', () => {
  const approvals = [agreed('gone@acme.example', 'owner')];
  const members = ORDERS.members.filter(({ name }) => name.startsWith('sam'));

  expect(canAnswer({ approvals }, '2026-04-01', members)).toBe(true);
  expect(canAnswer({}, '2026-04-01', members)).toBe(false);
});

test.each([
  ['ana@acme.example', ['owner']],
  ['Ana@ACME.example', ['owner']],
  ['both@acme.example', ['owner', 'steward']],
  ['gone@acme.example', ['owner']],
  ['li@acme.example', []],
  ['dom@acme.example', ['domain lead']],
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

const auto = (subject: string, changes: Partial<AccessTerms> = {}, classification = 'internal') =>
  isAutoApproved(
    classification as AccessTerms['strictest'],
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
  const autoApprove = [{ classification: 'public', sameTenant: false, sameTeam: false }] as const;

  expect(auto('eve@other.example', { autoApprove: [...autoApprove] }, 'public')).toBe(true);
  expect(auto('li@acme.example', { autoApprove: [...autoApprove] }, 'internal')).toBe(false);
  expect(auto('li@acme.example', {}, 'personal')).toBe(false);
});

test('classified data that a product lets go to its own team is for nobody else', () => {
  const autoApprove = [{ classification: 'personal' as const, sameTenant: false, sameTeam: true }];
  const elsewhere = { ...ORDERS, product: 'other', members: [member('max@acme.example', 'owner')] };
  const isAuto = (subject: string) =>
    isAutoApproved('personal', subject, { ...ORDERS, autoApprove }, [ORDERS, elsewhere], DAY);

  expect(isAuto('li@acme.example')).toBe(true);
  expect(isAuto('max@acme.example')).toBe(false);
  expect(isAuto('gone@acme.example')).toBe(true);
  expect(isAutoApproved('personal', 'li@acme.example', { ...ORDERS, autoApprove }, [], DAY)).toBe(
    false,
  );
});
