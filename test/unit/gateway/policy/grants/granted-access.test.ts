import { expect, test } from 'vitest';

import type { Grant } from '../../../../../gateway/policy/grants/grant.ts';
import { GrantedAccess } from '../../../../../gateway/policy/grants/granted-access.ts';

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
  startsAtMs: 0,
  endsAtMs: 1000,
};

const access = (...grants: readonly Partial<Grant>[]) =>
  new GrantedAccess(grants.map((changes, index) => ({ ...GRANT, id: `g-${index}`, ...changes })));

const element = (coordinate: string, ...products: readonly string[]) => ({
  coordinate,
  products,
  writes: coordinate.startsWith('Mutation'),
});

test.each([
  ['a whole product', {}, element('Account.email', 'accounts'), true],
  ['a whole product, of another', {}, element('Order.total', 'orders'), false],
  ['a whole product, for a change', {}, element('Mutation.erase', 'accounts'), false],
  [
    'a change by name',
    { coordinates: ['Mutation.erase'] },
    element('Mutation.erase', 'accounts'),
    true,
  ],
  ['a field', { coordinates: ['Account.email'] }, element('Account.email', 'accounts'), true],
  [
    'a field, for another',
    { coordinates: ['Account.email'] },
    element('Account.name', 'accounts'),
    false,
  ],
  [
    'a field, for its type',
    { coordinates: ['Account.email'] },
    element('Account', 'accounts'),
    false,
  ],
  [
    'a type, for its field',
    { coordinates: ['Account'] },
    element('Account.email', 'accounts'),
    false,
  ],
  ['the name of a star', { coordinates: ['Account.email'] }, element('*', 'accounts'), false],
  ['anything, for what nobody offers', {}, element('Account.email'), false],
] as const)('a grant of %s covers what it says', (_, grant, protectedElement, covered) => {
  expect(access(grant).covers(protectedElement)).toBe(covered);
});

test('what several products offer takes a grant of each', () => {
  const shared = element('Shared.secret', 'accounts', 'orders');

  expect(access({}).covers(shared)).toBe(false);
  expect(access({}, { product: 'orders', coordinates: ['Shared.other'] }).covers(shared)).toBe(
    false,
  );
  expect(access({}, { product: 'orders', coordinates: ['Shared.secret'] }).covers(shared)).toBe(
    true,
  );
});

test('a product is told what was granted of it alone, until the first of it ends', () => {
  const granted = access(
    { coordinates: ['B.b', 'A.a'], endsAtMs: 3000 },
    { coordinates: ['A.a'], endsAtMs: 2000 },
    { product: 'orders', endsAtMs: 1000 },
  );

  expect(granted.fingerprint).toBe('g-0 g-1 g-2');
  expect(granted.ofProduct('accounts')).toEqual({
    coordinates: ['A.a', 'B.b'],
    told: '["A.a","B.b"]',
    fingerprint: 'g-0 g-1',
    endsAtMs: 2000,
  });
  expect(granted.ofProduct('orders')).toEqual({
    coordinates: ['*'],
    told: '["*"]',
    fingerprint: 'g-2',
    endsAtMs: 1000,
  });
  expect(granted.ofProduct('shipments')).toBeNull();
});

test('names the grants that cover something of what is asked, sorted', () => {
  const granted = access(
    { id: 'g-2', coordinates: ['Account.email'] },
    { id: 'g-1', product: 'orders' },
    { id: 'g-3', coordinates: ['Account.phone'] },
    { id: 'g-4' },
  );

  const asked = [element('Account.email', 'accounts'), element('Order.total', 'orders', 'other')];

  expect(granted.idsFor(asked)).toEqual(['g-2', 'g-4']);
  expect(granted.idsFor([element('Order.total', 'orders')])).toEqual(['g-1']);
  expect(granted.idsFor([element('Mutation.erase', 'accounts')])).toEqual([]);
});

const MASKED = { level: 'masked', mask: { kind: 'hash' } } as const;
const EMAIL = element('Account.email', 'accounts');

test('what was granted masked is not granted as it is', () => {
  const granted = access({ ...MASKED, coordinates: ['Account.email'] });

  expect(granted.covers(EMAIL)).toBe(false);
  expect(granted.maskOf?.(EMAIL)).toEqual({ mask: { kind: 'hash' } });
  expect(granted.maskOf?.(element('Account.phone', 'accounts'))).toBeNull();
  expect(access({}).maskOf).toBeUndefined();
});

test('what was granted as it is is not masked by another grant', () => {
  expect(access(MASKED, {}).covers(EMAIL)).toBe(true);
  expect(access(MASKED, {}).maskOf?.(EMAIL)).toBeNull();
});

test('a whole product in masked form is for reading alone', () => {
  expect(access(MASKED).maskOf?.(EMAIL)).toEqual({ mask: { kind: 'hash' } });
  expect(access(MASKED).maskOf?.(element('Mutation.erase', 'accounts'))).toBeNull();
  expect(access(MASKED).maskOf?.(element('Account.email'))).toBeNull();
});

test('what several products offer is masked where one of them grants it so, and all grant it', () => {
  const shared = element('Shared.secret', 'accounts', 'orders');
  const of = (...grants: readonly Partial<Grant>[]) => access(...grants).maskOf?.(shared);

  expect(of(MASKED)).toBeNull();
  expect(of(MASKED, { product: 'orders' })).toEqual({ mask: { kind: 'hash' } });
  expect(of({ ...MASKED, mask: null }, { ...MASKED, product: 'orders' })).toEqual({
    mask: { kind: 'hash' },
  });
});

test('a product is told what was granted masked, because the gateway masks it', () => {
  const granted = access({ ...MASKED, coordinates: ['Account.email'] });

  expect(granted.ofProduct('accounts')).toMatchObject({ coordinates: ['Account.email'] });
  expect(granted.idsFor([EMAIL])).toEqual(['g-0']);
});
