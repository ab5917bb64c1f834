import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareReaders,
  findReaders,
} from '../../../../../gateway/control/governance/compare-readers.ts';
import type { ReadableElement } from '../../../../../gateway/control/governance/list-readable.ts';
import { isMet } from '../../../../../gateway/policy/minimal-groups.ts';
import { isSatisfied, type Requirement } from '../../../../../gateway/policy/requirement.ts';

const NAMES = ['a', 'b', 'c'];
const RIGHTS = ['authenticated', ...NAMES.flatMap((name) => [`scope ${name}`, `policy ${name}`])];

const element = (coordinate: string, ...required: Requirement[]): ReadableElement => ({
  coordinate,
  kind: 'field',
  required,
  touched: [],
  valuesAt: [],
});
const asks = (given: Partial<Requirement>): Requirement => ({
  authenticated: false,
  scopes: [],
  policies: [],
  ...given,
});

/** Every set of the rights that there are. */
const SUBSETS = Array.from({ length: 2 ** RIGHTS.length }, (_, bits) =>
  RIGHTS.filter((_name, place) => (bits >> place) % 2 === 1),
);

/** By the function that decides requests. */
function mayRead(required: readonly Requirement[] | null, held: readonly string[]): boolean {
  const named = (kind: string) => new Set(NAMES.filter((name) => held.includes(`${kind} ${name}`)));
  const rights = {
    authenticated: held.includes('authenticated'),
    scopes: named('scope'),
    policies: named('policy'),
  };
  return required?.every((one) => isSatisfied(one, rights)) ?? false;
}

const groups = fc.array(fc.subarray(NAMES), { maxLength: 3 });
const version = fc.option(
  fc.array(fc.record({ authenticated: fc.boolean(), scopes: groups, policies: groups }), {
    maxLength: 3,
  }),
);

test('tells exactly those who gain and lose, as every set of rights by itself says', () => {
  fc.assert(
    fc.property(version, version, (before, after) => {
      const listed = (required: typeof before) =>
        required === null ? [] : [element('A.b', ...required)];
      const [change] = compareReaders(listed(before), listed(after));
      for (const held of SUBSETS) {
        const rights = new Set(held);
        const [could, can] = [mayRead(before, held), mayRead(after, held)];
        const { readableFor = [], unreadableFor = [] } = change ?? {};
        expect(isMet(readableFor, rights) && !isMet(change?.before ?? [], rights)).toBe(
          can && !could,
        );
        expect(isMet(unreadableFor, rights) && !isMet(change?.after ?? [], rights)).toBe(
          could && !can,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('writes readers in the shortest form', () => {
  const required = [
    asks({ scopes: [['b', 'a'], ['a'], ['c', 'a']] }),
    asks({ authenticated: true, policies: [['p'], ['q']] }),
  ];

  expect(findReaders(required, 'A.b')).toEqual([
    ['authenticated', 'policy p', 'scope a'],
    ['authenticated', 'policy q', 'scope a'],
  ]);
});

test('says what is new, gone and changed, and is silent about the rest', () => {
  const before = [element('A.gone'), element('A.same', asks({ scopes: [['a']] })), element('A.x')];
  const after = [
    element('A.new', asks({ authenticated: true })),
    element('A.same', asks({ scopes: [['a'], ['a', 'b']] })),
    element('A.x', asks({ scopes: [['a']] })),
  ];

  expect(compareReaders(before, after)).toEqual([
    {
      coordinate: 'A.gone',
      change: 'removed',
      readableFor: [],
      unreadableFor: [[]],
      before: [[]],
      after: [],
    },
    {
      coordinate: 'A.new',
      change: 'added',
      readableFor: [['authenticated']],
      unreadableFor: [],
      before: [],
      after: [['authenticated']],
    },
    {
      coordinate: 'A.x',
      change: 'changed',
      readableFor: [],
      unreadableFor: [[]],
      before: [[]],
      after: [['scope a']],
    },
  ]);
});

test('gives up on requirements with too many combinations', () => {
  const many = Array.from({ length: 20 }, (_, place) =>
    asks({ scopes: [[`${place}a`], [`${place}b`]] }),
  );

  expect(() => findReaders(many, 'A.b')).toThrow(
    'Expected requirements of A.b with at most 2000 combinations of groups; there are more.',
  );
});
