import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  collectMentionedRights,
  stillCovers,
  toAuthorizationShape,
  toDecidedRights,
} from '../../../../gateway/policy/authorization-shape.ts';
import type { Mask } from '../../../../gateway/policy/mask.ts';
import {
  type GrantedElements,
  isSatisfied,
  type Requirement,
  type Rights,
} from '../../../../gateway/policy/requirement.ts';

const requirement = (coordinate: string): Requirement => ({
  authenticated: false,
  scopes: [['read']],
  policies: [['office']],
  element: { coordinate, products: ['accounts'], writes: false },
});
const EMAIL = requirement('Account.email');
const NAME = requirement('Account.name');
const MENTIONED = collectMentionedRights([EMAIL, NAME, EMAIL]);

const covering = (...coordinates: readonly string[]): GrantedElements => ({
  covers: ({ coordinate }) => coordinates.includes(coordinate),
});
const rights = (grants: GrantedElements | null, ...scopes: readonly string[]): Rights => ({
  authenticated: true,
  scopes: new Set(scopes),
  policies: new Set(scopes.includes('read') ? ['office'] : []),
  grants,
});

test('a requirement is met by own rights or by a grant, and by neither half of it', () => {
  const met = [
    rights(null),
    rights(null, 'read'),
    rights(covering('Account.email')),
    rights(covering('Account.name')),
  ].map((held) => isSatisfied(EMAIL, held));

  expect(met).toEqual([false, true, true, false]);
});

test('a requirement that no grant can stand in for is met by own rights only', () => {
  const { element: _, ...bare } = EMAIL;

  expect(isSatisfied(bare, rights({ covers: () => true }))).toBe(false);
});

test('callers whose grants differ in what an operation mentions have different shapes', () => {
  const shapes = [
    rights(null),
    rights(covering('Account.email')),
    rights(covering('Account.name')),
    rights(covering('Account.email', 'Account.name')),
  ].map((held) => toAuthorizationShape(MENTIONED, held));

  expect(shapes).toEqual(['00', '00+10', '00+01', '00+11']);
});

test('grants of something else leave a caller the shape of those who have none', () => {
  expect(toAuthorizationShape(MENTIONED, rights(covering('Order.total'), 'read'))).toBe('11');
});

test('the policies of a shape are read off it, grants or not', () => {
  const held = rights(covering('Account.email'), 'read');
  const shape = toAuthorizationShape(MENTIONED, held);

  expect(toDecidedRights(MENTIONED, shape, held).policies).toEqual(new Set(['office']));
});

test.each([
  [['Account.email'], ['Account.email'], true],
  [['Account.email'], ['Account.email', 'Account.name'], true],
  [['Account.email'], ['Account.name'], false],
  [['Account.email'], null, false],
  [['Order.total'], null, true],
] as const)(
  'of %j granted before and %j after, what was used is covered still: %s',
  (before, after, still) => {
    const now = after === null ? null : covering(...after);

    expect(stillCovers(MENTIONED, covering(...before), now)).toBe(still);
  },
);

test('callers of one shape get one decision, whatever they hold and were granted', () => {
  const names = ['a', 'b', 'c'];
  const coordinates = ['T', 'T.x', 'T.y', 'U.z'];
  const groups = fc.array(fc.subarray(names), { maxLength: 2 });
  const requirements = fc.array(
    fc.record({
      authenticated: fc.boolean(),
      scopes: groups,
      policies: groups,
      element: fc.record({
        coordinate: fc.constantFrom(...coordinates),
        products: fc.constant(['p']),
        writes: fc.constant(false),
      }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const caller = fc
    .record({
      authenticated: fc.boolean(),
      scopes: fc.subarray(names),
      policies: fc.subarray(names),
      granted: fc.option(fc.subarray(coordinates)),
    })
    .map(
      ({ authenticated, scopes, policies, granted }): Rights => ({
        authenticated,
        scopes: new Set(scopes),
        policies: new Set(policies),
        grants: granted && covering(...granted),
      }),
    );

  fc.assert(
    fc.property(requirements, caller, caller, (all, one, other) => {
      const mentioned = collectMentionedRights(all);
      const shape = toAuthorizationShape(mentioned, one);
      fc.pre(shape === toAuthorizationShape(mentioned, other));
      const decided = all.map((each) => isSatisfied(each, toDecidedRights(mentioned, shape, one)));
      expect(all.map((each) => isSatisfied(each, other))).toEqual(decided);
    }),
    { numRuns: 200, maxSkipsPerRun: 1000 },
  );
});

test('what was granted masked is covered by the same mask, or by a grant as it is', () => {
  const masked = (mask: Mask | null): GrantedElements => ({
    ...covering(),
    maskOf: ({ coordinate }) => (coordinate === 'Account.email' ? { mask } : null),
  });
  const after = [
    masked(null),
    masked({ kind: 'hash' }),
    covering('Account.email'),
    covering(),
    null,
  ].map((now) => stillCovers(MENTIONED, masked(null), now));

  expect(after).toEqual([true, false, true, false, false]);
});
