import { expect, test } from 'vitest';
import type { AccessTerms } from '../../../../../gateway/control/access/access-terms.ts';
import {
  type AccessWish,
  assessRequest,
} from '../../../../../gateway/control/access/assess-request.ts';

const ACCOUNTS: AccessTerms = {
  product: 'accounts',
  tenant: 'acme',
  members: [],
  strictest: 'personal',
  classes: { Account: 'personal', 'Account.id': 'internal', 'Account.email': 'personal' },
  autoApprove: [],
  maxGrantSeconds: 10 * 86_400,
  reviewAfterSeconds: 90 * 86_400,
  purposes: ['analytics'],
  partnerIssuers: [],
  agreement: null,
};
const WISH: AccessWish = { coordinates: null, purpose: 'analytics', ttlSeconds: 60 };

const assess = (wish: Partial<AccessWish>, changes: Partial<AccessTerms> = {}) => {
  const assessed = assessRequest({ ...WISH, ...wish }, { ...ACCOUNTS, ...changes });
  return assessed.ok ? assessed.classification : assessed.message;
};

test('a whole product is as protected as the strictest of its data', () => {
  expect(assess({})).toBe('personal');
});

test('fields are as protected as the strictest of them', () => {
  expect(assess({ coordinates: ['Account.id'] })).toBe('internal');
  expect(assess({ coordinates: ['Account.id', 'Account.email'] })).toBe('personal');
});

test('where nothing is known of the fields, each is as protected as the whole product', () => {
  expect(assess({ coordinates: ['Any.thing'] }, { classes: null })).toBe('personal');
});

test.each([
  [{ coordinates: ['Account.colour'] }, 'but got Account.colour'],
  [{ coordinates: ['Account.id', 'constructor'] }, 'but got constructor'],
  [{ coordinates: [] }, 'Expected 1 to 200 fields, but got 0.'],
  [{ purpose: 'curiosity' }, 'Expected a purpose of the product accounts (analytics)'],
  [{ ttlSeconds: 11 * 86_400 }, 'Expected at most 10d'],
] as const)('%j is refused', (wish, said) => {
  expect(assess(wish)).toContain(said);
});

test('a coordinate is one or two names, whatever is known of the product', () => {
  expect(assess({ coordinates: ['a b'] }, { classes: null })).toContain('but got a b');
});

test('a product that names no purpose takes any', () => {
  expect(assess({ purpose: 'curiosity' }, { purposes: [] })).toBe('personal');
});

test.each([
  [{ level: 'masked', mask: 'keepLast:4' }, 'personal'],
  [{ level: 'masked', coordinates: ['Account.email'] }, 'personal'],
  [{ level: 'masked', coordinates: ['Account.email', 'Account.id'] }, 'but Account.id is neither'],
  [{ level: 'masked', mask: 'keepLast:0' }, 'but got "keepLast:0"'],
  [{ level: 'full', mask: 'hash' }, 'Expected a mask for masked access only.'],
  [{ mask: 'hash' }, 'Expected a mask for masked access only.'],
  [{ clients: ['svc'] }, 'personal'],
  [{ clients: [] }, 'Expected 1 to 50 clients, but got 0.'],
  [{ agreement: 'https://legal.acme.example/1' }, 'personal'],
  [{ agreement: 'http://legal.acme.example/1' }, 'Expected an https link to a legal agreement'],
  [{ agreement: 'javascript:alert(1)' }, 'Expected an https link to a legal agreement'],
] as const)('%j is %s', (wish, said) => {
  expect(assess(wish)).toContain(said);
});

test('of a product without classified data nothing can be masked', () => {
  expect(assess({ level: 'masked' }, { strictest: 'internal' })).toContain(
    'but all of accounts is neither; ask for full access.',
  );
});

test('all classes of what is wanted are told, those of a whole product too', () => {
  const wanted = (coordinates: readonly string[] | null) => {
    const assessed = assessRequest({ ...WISH, coordinates }, ACCOUNTS);
    return assessed.ok ? assessed.classes : null;
  };

  expect(wanted(['Account.id', 'Account.email'])).toEqual(['internal', 'personal']);
  expect(wanted(null)).toEqual(['personal', 'internal']);
});
