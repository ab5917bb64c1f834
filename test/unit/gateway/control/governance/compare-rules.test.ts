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
import type { ProtectedElement, Rights } from '../../../../../gateway/policy/requirement.ts';
import { findWindowStates } from '../../../../../gateway/policy/windows/window-states.ts';
import { createFederation } from '../../../../support/federation-fixture.ts';
import { readWindow } from '../../../../support/time-windows.ts';

const { snapshot } = createFederation([
  {
    name: 'staff',
    sdl: `
      type Query { person: Person named: Named }
      interface Named { name: String }
      type Person implements Named @key(fields: "id") {
        id: ID!
        name: String @tag(name: "pii")
        email: String @requiresScopes(scopes: [["a"], ["b", "c"]]) @tag(name: "pii") @tag(name: "secret")
        pay: Int @policy(policies: [["p"]]) @tag(name: "secret")
      }
      type Shop implements Named @authenticated { name: String @tag(name: "secret") }
    `,
    resolvers: {},
  },
  {
    name: 'desk',
    sdl: `
      type Person @key(fields: "id") {
        id: ID!
        name: String @external
        greeting: String @requires(fields: "name")
      }
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
  return compareRules(elements, snapshot, prepare(before), prepare(after)).changes;
}

const WINDOWS = [
  '{ from: "08:00", to: "18:00", zone: UTC }',
  '{ from: "07:00", to: "20:00", days: [monday], zone: UTC }',
  '{ since: 2026-03-01, zone: Europe/Berlin }',
].map(readWindow);

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
  during: fc.oneof(fc.constant([]), fc.subarray(WINDOWS, { maxLength: 1 })),
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
  /** Of those that are not granted as they are. */
  readonly maskedGrants: readonly string[];
  readonly domain: string | null;
  readonly purpose: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a known caller has; some of it is mentioned nowhere. */
const held = fc.record({
  scopes: names('a', 'b', 'c', 'd', 'other'),
  policies: names('p', 'other'),
  roles: names('r', 's', 'other'),
  grants: names('Person.email', 'Person.pay', 'Shop'),
  maskedGrants: names('Person.email', 'Person.pay', 'Shop'),
  domain: fc.constantFrom(null, 'sales', 'crm', 'other'),
  purpose: fc.constantFrom(null, 'fraud', 'care', 'other'),
});
const at = fc.constantFrom(
  ...['2026-02-23T12:00Z', '2026-02-23T19:00Z', '2026-02-24T12:00Z', '2026-03-05T12:00Z'],
  ...['2026-03-02T19:30Z', '2026-03-04T22:00Z', '2026-02-25T03:00Z'],
);
const caller: fc.Arbitrary<Caller> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(held, at)
      .map(([has, time]) => ({ ...has, authenticated: true, at: Date.parse(time) })),
  },
  fc.tuple(names('p', 'other'), at).map(([policies, time]) => {
    const nothing = {
      scopes: [],
      roles: [],
      grants: [],
      maskedGrants: [],
      domain: null,
      purpose: null,
    };
    return { ...nothing, policies, authenticated: false, at: Date.parse(time) };
  }),
);

function toRights({ scopes, policies, roles, grants, maskedGrants, at, ...more }: Caller): Rights {
  const isMasked = ({ coordinate }: ProtectedElement) =>
    maskedGrants.includes(coordinate) && !grants.includes(coordinate) ? { mask: null } : null;
  return {
    ...more,
    scopes: new Set(scopes),
    policies: new Set(policies),
    roles: new Set(roles),
    grants: {
      covers: ({ coordinate }) => grants.includes(coordinate),
      ...(maskedGrants.length === 0 ? {} : { maskOf: isMasked }),
    },
    windows: findWindowStates(WINDOWS, at),
  };
}

function openAt(atMs: number): readonly string[] {
  const { isOpen } = findWindowStates(WINDOWS, atMs);
  return [...isOpen].flatMap(([name, open]) => (open ? [name] : []));
}

function isMeant({ callers }: RuleChange, who: Caller): boolean {
  const all = new Set([
    ...(who.authenticated ? ['authenticated'] : []),
    ...who.scopes.map((name) => `scope ${name}`),
    ...who.policies.map((name) => `policy ${name}`),
    ...who.roles.map((name) => `role ${name}`),
    ...[...who.grants, ...who.maskedGrants].map((name) => `grant ${name}`),
    ...who.grants.map((name) => `full grant ${name}`),
    `domain ${who.domain}`,
    `purpose ${who.purpose}`,
    ...openAt(who.at).map((name) => `during ${name}`),
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
        const [older, newer] = [prepare(before), prepare(after)];
        for (const who of callers) {
          const ask = ({ classification }: typeof older) =>
            decideReadable(fields, toRights(who), classification);
          const [was, is] = [ask(older), ask(newer)];
          for (const [place, { coordinate }] of fields.entries()) {
            const told = changes
              .filter((change) => change.coordinate === coordinate && isMeant(change, who))
              .map((change) => [change.before, change.after]);
            const form = (at: (typeof was)[number] | undefined) => ({
              read: at?.read,
              masks: (at?.reasons ?? []).flatMap((reason) =>
                !('mask' in reason) || reason.mask === null
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
    { numRuns: 15 },
  );
});

const ANY = { classes: [], tags: [], coordinates: [] };
const KNOWN = {
  ...{ authenticated: true, granted: false },
  ...{ scopes: [], roles: [], domains: [], purposes: [] },
};
const withRules = (
  ...rules: readonly (Omit<ClassificationRule, 'name' | 'subject' | 'during'> &
    Partial<Pick<ClassificationRule, 'during'>>)[]
) => ({
  version: String(rules.length),
  classes: [{ name: 'personal', tags: ['pii'] }],
  rules: rules.map((one, place) => ({
    during: [],
    ...one,
    name: `rule-${place}`,
    subject: ANY,
  })),
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

test('tells when other rules hold, and no time that there is not', () => {
  const until = (hour: string, zone: string) =>
    withRules({
      caller: KNOWN,
      effect: 'allow',
      masks: [],
      during: [readWindow(`{ from: "08:00", to: "${hour}:00", zone: ${zone} }`)],
    });
  const changesOf = (before: ClassificationRules, after: ClassificationRules) =>
    compare(before, after).filter(({ coordinate }) => coordinate === 'Person.name');

  // Nobody who may read until six could not read until eight.
  expect(changesOf(until('20', 'UTC'), until('18', 'UTC'))).toEqual([
    {
      coordinate: 'Person.name',
      before: { read: 'yes', masks: [] },
      after: { read: 'no', masks: [] },
      opens: false,
      callers: [
        {
          holds: ['authenticated', 'during 08:00-20:00 (UTC)'],
          holdsNot: ['during 08:00-18:00 (UTC)'],
        },
      ],
    },
  ]);
  const elsewhere = changesOf(until('18', 'UTC'), until('18', 'Asia/Tokyo'));
  expect(elsewhere.map(({ opens }) => opens)).toEqual([true, false]);
});

test('a masked grant is told apart from a full one, and hides what would tell what it masks', () => {
  const allow = { caller: KNOWN, effect: 'allow', masks: [] } as const;
  const deny = { ...allow, effect: 'deny' } as const;
  const changes = compare(withRules(deny), withRules(allow));
  const of = (wanted: string) =>
    changes
      .filter(({ coordinate }) => coordinate === wanted)
      .map(({ after, callers }) => [after, callers]);

  expect(of('Person.email')).toEqual([
    [
      { read: 'masked', masks: ['redacted'] },
      [
        {
          holds: ['grant Person.email'],
          holdsNot: ['scope a', 'scope c', 'full grant Person.email'],
        },
        {
          holds: ['grant Person.email'],
          holdsNot: ['scope a', 'scope b', 'full grant Person.email'],
        },
      ],
    ],
    [
      { read: 'yes', masks: [] },
      [
        { holds: ['full grant Person.email'], holdsNot: [] },
        { holds: ['scope b', 'scope c'], holdsNot: [] },
        { holds: ['scope a'], holdsNot: [] },
      ],
    ],
  ]);
  // It is computed from personal data, and nobody knows what of it shows.
  expect(of('Person.greeting')).toEqual([
    [
      { read: 'yes', masks: [] },
      expect.arrayContaining([
        { holds: ['authenticated'], holdsNot: ['grant Person.email'] },
        { holds: ['full grant Person.email'], holdsNot: [] },
        { holds: ['scope a'], holdsNot: [] },
      ]),
    ],
  ]);
});

test('leaves masked grants out where they make too many kinds of callers, and says so', () => {
  const types = Array.from({ length: 10 }, (_, place) => `T${place}`);
  const { snapshot: wide } = createFederation([
    {
      name: 'staff',
      sdl: `
        type Query { named: Named }
        interface Named { name: String }
        ${types.map((type) => `type ${type} implements Named @authenticated { name: String @tag(name: "pii") }`).join('\n')}
      `,
      resolvers: {},
    },
  ]);
  const version = (effect: 'allow' | 'deny') => {
    const rules = withRules({ caller: KNOWN, effect, masks: [] });
    return { rules, classification: compileClassification(rules, wide, 'secret') };
  };

  const { changes, untold } = compareRules(
    listReadableElements(wide).filter(({ coordinate }) => coordinate === 'Named.name'),
    wide,
    version('deny'),
    version('allow'),
  );

  expect(untold).toEqual([{ coordinate: 'Named.name', having: 'masked grants' }]);
  expect(changes).toEqual([
    {
      coordinate: 'Named.name',
      before: { read: 'no', masks: [] },
      after: { read: 'yes', masks: [] },
      opens: true,
      callers: [{ holds: ['authenticated'], holdsNot: [] }],
    },
  ]);
});
