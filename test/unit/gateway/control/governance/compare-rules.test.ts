import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareRules,
  type RuleChange,
} from '../../../../../gateway/control/governance/compare-rules.ts';
import {
  decideReadable,
  listReadableElements,
} from '../../../../../gateway/control/governance/list-readable.ts';
import type {
  ClassificationRule,
  ClassificationRules,
} from '../../../../../gateway/policy/classification-rules.ts';
import { compileClassification } from '../../../../../gateway/policy/compile-classification.ts';
import type { Rights } from '../../../../../gateway/policy/requirement.ts';
import { createFederation } from '../../../../support/federation-fixture.ts';

const { snapshot } = createFederation([
  {
    name: 'staff',
    sdl: `
      type Query { person: Person named: Named }
      interface Named { name: String }
      type Person implements Named {
        id: ID!
        name: String @tag(name: "pii")
        email: String @requiresScopes(scopes: [["a"], ["b", "c"]]) @tag(name: "pii") @tag(name: "secret")
        pay: Int @policy(policies: [["p"]]) @tag(name: "secret")
      }
      type Shop implements Named @authenticated { name: String @tag(name: "secret") }
    `,
    resolvers: {},
  },
]);
const elements = listReadableElements(snapshot);
const fields = elements.filter(({ kind }) => kind === 'field');

function prepare(rules: ClassificationRules) {
  return { rules, classification: compileClassification(rules, snapshot, 'secret') };
}

function compare(before: ClassificationRules, after: ClassificationRules) {
  return compareRules(elements, snapshot, prepare(before), prepare(after));
}

const names = (...all: string[]) => fc.subarray(all);
const groups = (...all: string[]) => fc.array(fc.subarray(all), { maxLength: 2 });
const rule = fc.record({
  subject: fc.record({
    classes: names('personal', 'secret'),
    tags: fc.constant([]),
    coordinates: fc.oneof(fc.constant([]), names('Person.email', 'Shop.name')),
  }),
  caller: fc.record({
    authenticated: fc.boolean(),
    granted: fc.boolean(),
    scopes: groups('a', 'd'),
    roles: groups('r', 's'),
    domains: names('sales', 'crm'),
    purposes: names('fraud', 'care'),
  }),
  effect: fc.constantFrom<ClassificationRule['effect'][]>('allow', 'mask', 'deny'),
  masks: fc.constantFrom<ClassificationRule['masks'][]>(
    [{ kind: 'redacted' }, { kind: 'null' }],
    [{ kind: 'hash' }],
  ),
});
const rulesOf = (version: string) =>
  fc.array(rule, { maxLength: 4 }).map(
    (rules): ClassificationRules => ({
      version,
      classes: [
        { name: 'personal', tags: ['pii'] },
        { name: 'secret', tags: ['secret'] },
      ],
      rules: rules.map((one, place) => ({ ...one, name: `rule-${place}` })),
    }),
  );

interface Caller {
  readonly authenticated: boolean;
  readonly scopes: readonly string[];
  readonly policies: readonly string[];
  readonly roles: readonly string[];
  readonly grants: readonly string[];
  readonly domain: string | null;
  readonly purpose: string | null;
}

/** What a known caller has; some of it is mentioned nowhere. */
const held = fc.record({
  scopes: names('a', 'b', 'c', 'd', 'other'),
  policies: names('p', 'other'),
  roles: names('r', 's', 'other'),
  grants: names('Person.email', 'Person.pay', 'Shop'),
  domain: fc.constantFrom(null, 'sales', 'crm', 'other'),
  purpose: fc.constantFrom(null, 'fraud', 'care', 'other'),
});
const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 4, arbitrary: held.map((has) => ({ ...has, authenticated: true })) },
  names('p', 'other').map((policies) => {
    const nothing = { scopes: [], roles: [], grants: [], domain: null, purpose: null };
    return { ...nothing, policies, authenticated: false };
  }),
);

function toRights({ scopes, policies, roles, grants, ...more }: Caller): Rights {
  return {
    ...more,
    scopes: new Set(scopes),
    policies: new Set(policies),
    roles: new Set(roles),
    grants: { covers: ({ coordinate }) => grants.includes(coordinate) },
  };
}

function isMeant({ callers }: RuleChange, who: Caller): boolean {
  const all = new Set([
    ...(who.authenticated ? ['authenticated'] : []),
    ...who.scopes.map((name) => `scope ${name}`),
    ...who.policies.map((name) => `policy ${name}`),
    ...who.roles.map((name) => `role ${name}`),
    ...who.grants.map((name) => `grant ${name}`),
    `domain ${who.domain}`,
    `purpose ${who.purpose}`,
  ]);
  return callers.some(
    ({ holds, holdsNot }) =>
      holds.every((one) => all.has(one)) && !holdsNot.some((one) => all.has(one)),
  );
}

test('tells exactly those who read otherwise, as every caller asked alone says', () => {
  fc.assert(
    fc.property(
      rulesOf('old'),
      rulesOf('new'),
      fc.array(caller, { minLength: 1, maxLength: 30 }),
      (before, after, callers) => {
        const changes = compare(before, after);
        for (const who of callers) {
          const ask = (rules: ClassificationRules) =>
            decideReadable(fields, toRights(who), prepare(rules).classification);
          const [was, is] = [ask(before), ask(after)];
          for (const [place, { coordinate }] of fields.entries()) {
            const told = changes
              .filter((change) => change.coordinate === coordinate && isMeant(change, who))
              .map((change) => [change.before, change.after]);
            const form = (at: (typeof was)[number] | undefined) => ({
              read: at?.read,
              masks: (at?.reasons ?? []).flatMap((reason) =>
                reason.reason !== 'RULE_MASKS'
                  ? []
                  : coordinate === 'Named.name'
                    ? [`${reason.coordinate} ${reason.mask}`]
                    : [reason.mask],
              ),
            });
            const forms = [form(was[place]), form(is[place])];
            const isSame = JSON.stringify(forms[0]) === JSON.stringify(forms[1]);
            expect(told).toEqual(isSame ? [] : [forms]);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

const ANY = { classes: [], tags: [], coordinates: [] };
const KNOWN = {
  ...{ authenticated: true, granted: false },
  ...{ scopes: [], roles: [], domains: [], purposes: [] },
};
const withRules = (...rules: readonly Omit<ClassificationRule, 'name' | 'subject'>[]) => ({
  version: String(rules.length),
  classes: [{ name: 'personal', tags: ['pii'] }],
  rules: rules.map((one, place) => ({ ...one, name: `rule-${place}`, subject: ANY })),
});

test('a mask that tells another part is a change that may open', () => {
  const keep = (characters: number) =>
    withRules({ caller: KNOWN, effect: 'mask', masks: [{ kind: 'keepLast', characters }] });
  const changes = compare(keep(4), keep(6)).filter(
    ({ coordinate }) => coordinate === 'Person.name',
  );

  expect(changes).toEqual([
    {
      coordinate: 'Person.name',
      before: { read: 'masked', masks: ['keepLast:4'] },
      after: { read: 'masked', masks: ['keepLast:6'] },
      opens: true,
      callers: [{ holds: ['authenticated'], holdsNot: [] }],
    },
  ]);
});

test('who reads less is no finding, and a right that stands before a refusal is said to be missing', () => {
  const allow = { caller: KNOWN, effect: 'allow', masks: [] } as const;
  const deny = { caller: { ...KNOWN, purposes: ['fraud'] }, effect: 'deny', masks: [] } as const;
  const spared = { ...allow, caller: { ...KNOWN, roles: [['steward']] } };
  const [change] = compare(withRules(allow), withRules(spared, deny, allow)).filter(
    ({ coordinate }) => coordinate === 'Person.name',
  );

  expect(change).toMatchObject({
    before: { read: 'yes' },
    after: { read: 'no' },
    opens: false,
    callers: [{ holds: ['purpose fraud'], holdsNot: ['role steward'] }],
  });
});

test('refuses to compare what tells too many kinds of callers apart', () => {
  const roles = Array.from({ length: 17 }, (_, place) => [`role-${place}`]);
  const many = withRules({ caller: { ...KNOWN, roles }, effect: 'allow', masks: [] });

  expect(() => compare(withRules(), many)).toThrow(/at most 65536 kinds of callers/);
});
