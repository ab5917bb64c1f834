import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  comparePolicies,
  type PolicyVersion,
} from '../../../../../gateway/control/governance/compare-policies.ts';
import type { CallerCondition } from '../../../../../gateway/control/governance/describe-callers.ts';
import { listReadableElements } from '../../../../../gateway/control/governance/list-readable.ts';
import { compilePolicies } from '../../../../../gateway/control/policies/compile-policies.ts';
import { readPolicyRules } from '../../../../../gateway/control/policies/read-policy-rules.ts';
import {
  ANONYMOUS,
  type Principal,
  toPrincipal,
} from '../../../../../gateway/identity/principal.ts';
import { createFederation } from '../../../../support/federation-fixture.ts';
import { readProjectFile } from '../../../../support/project-files.ts';

const SCHEMA = readProjectFile('gateway/policies/meshgate.cedarschema');

const { snapshot } = createFederation([
  {
    name: 'staff',
    sdl: `
      type Query { person: Person }
      type Person {
        id: ID!
        pay: Int @policy(policies: [["pay"]])
        bonus: Int @policy(policies: [["pay", "bonus"], ["board"]]) @requiresScopes(scopes: [["a"], ["b"]])
        diary: Diary
      }
      type Diary @policy(policies: [["board"]]) { text: String @authenticated }
    `,
    resolvers: {},
  },
]);
const elements = listReadableElements(snapshot);

function prepare(...rules: readonly string[]): PolicyVersion {
  const outcome = compilePolicies(SCHEMA, [{ name: 'a.cedar', text: rules.join('\n') }]);
  if (!outcome.ok) throw new Error(outcome.problems.join('\n'));
  return { decide: outcome.policies.decide, rules: readPolicyRules(outcome.policies.rules) };
}
const rule = (policy: string | null, condition: string, effect = 'permit') =>
  `${effect} (principal, action, resource${policy === null ? '' : ` == Meshgate::Policy::"${policy}"`}) when { ${condition} };`;

const CONDITIONS = [
  'principal.authenticated',
  'principal.roles.contains("r")',
  'principal.roles.containsAny(["r", "s"]) && !principal.scopes.contains("c")',
  'principal.scopes.containsAll(["a", "c"])',
  'principal has domain && principal.domain == "crm"',
  'principal has domain',
  'principal has domain && principal.domain != "crm" && principal.domain != "sales"',
  'principal has issuer && principal.issuer == "https://a"',
  'principal.purposes.contains("audit")',
  'principal has subject && ["ada", "eve"].contains(principal.subject)',
  'if principal.roles.contains("s") then resource == Meshgate::Policy::"pay" else true',
];
const OPAQUE = [
  'principal.hasTag("regions") && principal.getTag("regions").contains("EU")',
  'principal.roles.isEmpty()',
];
const rules = fc.array(
  fc
    .tuple(
      fc.constantFrom('pay', 'bonus', 'board', null),
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...CONDITIONS) },
        { weight: 1, arbitrary: fc.constantFrom(...OPAQUE) },
      ),
      fc.constantFrom('permit', 'permit', 'forbid'),
    )
    .map((parts) => rule(...parts)),
  { maxLength: 3 },
);
const caller: fc.Arbitrary<Principal> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(ANONYMOUS) },
  {
    weight: 9,
    arbitrary: fc
      .record({
        kind: fc.constantFrom('user' as const, 'machine' as const),
        issuer: fc.constantFrom('https://a', 'https://other'),
        subject: fc.constantFrom('ada', 'bo'),
        scopes: fc.subarray(['a', 'b', 'c', 'other']),
        roles: fc.subarray(['r', 's', 'other']),
        domain: fc.constantFrom(null, 'crm', 'sales', 'other'),
        purposes: fc.subarray(['audit', 'other']),
        claims: fc.constantFrom([], [['regions', ['EU']] as const]),
      })
      .map((facts) => toPrincipal({ ...facts, expiresAt: Number.POSITIVE_INFINITY })),
  },
);

const NAMES = ['pay', 'bonus', 'board'];

/** What a field asks, written down once more. */
function reads(coordinate: string, who: Principal, held: readonly string[]): boolean {
  const holds = (name: string) => held.includes(name);
  switch (coordinate) {
    case 'Person.pay':
      return holds('pay');
    case 'Person.bonus':
      return (
        ((holds('pay') && holds('bonus')) || holds('board')) &&
        (who.scopes.has('a') || who.scopes.has('b'))
      );
    case 'Person.diary':
      return holds('board');
    default:
      return holds('board') && who.authenticated;
  }
}

function isMeant(
  conditions: readonly CallerCondition[],
  who: Principal,
  held: readonly string[],
): boolean {
  const { domain } = who;
  const all = new Set([
    ...(who.authenticated ? ['authenticated'] : []),
    ...[...who.scopes].map((name) => `scope ${name}`),
    ...[...who.roles].map((name) => `role ${name}`),
    ...[...who.purposes].map((name) => `purpose ${name}`),
    ...[
      `domain ${domain}`,
      ...(domain === null ? [] : ['domain (any)']),
      `issuer ${who.issuer}`,
      `subject ${who.subject}`,
      `kind ${who.kind}`,
    ],
    ...held.map((name) => `policy ${name}`),
  ]);
  return conditions.some(
    ({ holds, holdsNot }) =>
      holds.every((one) => all.has(one)) && !holdsNot.some((one) => all.has(one)),
  );
}

const FIELDS = ['Diary.text', 'Person.bonus', 'Person.diary', 'Person.pay'];

test('tells exactly those who gain and lose, as Cedar asked for each caller says, or that it cannot', () => {
  fc.assert(
    fc.property(
      rules,
      rules,
      fc.array(caller, { minLength: 1, maxLength: 12 }),
      (before, after, callers) => {
        const [older, newer] = [prepare(...before), prepare(...after)];
        const { changes, opaque } = comparePolicies(elements, older, newer);
        const untold = new Set(opaque.flatMap(({ guards }) => guards));
        const asked = callers.map((who) => {
          const heldBy = ({ decide }: PolicyVersion) =>
            NAMES.filter((name) => decide(who, name).holds);
          return { who, before: heldBy(older), after: heldBy(newer) };
        });
        for (const coordinate of FIELDS) {
          const change = changes.find((one) => one.coordinate === coordinate);
          if (untold.has(coordinate)) {
            expect(change).toBeUndefined();
            continue;
          }
          for (const { who, before: held, after: holds } of asked) {
            const [was, is] = [reads(coordinate, who, held), reads(coordinate, who, holds)];
            expect([
              isMeant(change?.readableFor ?? [], who, holds),
              isMeant(change?.unreadableFor ?? [], who, holds),
            ]).toEqual([is && !was, was && !is]);
          }
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('says for whom a field becomes readable and unreadable', () => {
  const before = prepare(rule('pay', 'principal.roles.contains("payroll")'));
  const after = prepare(
    rule('pay', 'principal.roles.contains("payroll") && principal.purposes.contains("salary-run")'),
    rule('pay', 'principal has domain && principal.domain == "audit"'),
  );

  expect(comparePolicies(elements, before, after)).toEqual({
    changes: [
      {
        coordinate: 'Person.pay',
        readableFor: [{ holds: ['domain audit'], holdsNot: ['role payroll'] }],
        unreadableFor: [
          { holds: ['role payroll'], holdsNot: ['purpose salary-run', 'domain audit'] },
        ],
      },
    ],
    opaque: [],
    idle: [],
  });
});

const REGION = 'principal.hasTag("regions") && principal.getTag("regions").contains("EU")';

test('whoever is known is a person or a program', () => {
  const { changes } = comparePolicies(
    elements,
    prepare(rule('pay', 'principal has kind && principal.kind == "machine"')),
    prepare(rule('pay', 'principal has kind')),
  );

  expect(changes.map(({ readableFor }) => readableFor)).toEqual([
    [{ holds: ['kind user'], holdsNot: [] }],
  ]);
});

test('a policy that looks at more than names is no silent change, and fields that require it are named', () => {
  const changed = comparePolicies(
    elements,
    prepare(rule('board', REGION)),
    prepare(rule('board', `${REGION} && principal.roles.contains("r")`)),
  );

  expect(changed).toEqual({
    changes: [],
    opaque: [
      {
        policy: 'board',
        looksAt: ['claim regions'],
        guards: ['Diary.text', 'Person.bonus', 'Person.diary'],
      },
    ],
    idle: [],
  });
});

test('a policy that looks at more and says what it said counts as held or not', () => {
  const same = `@why("kept")\n${rule('board', REGION)}`;
  const { changes, opaque } = comparePolicies(
    elements,
    prepare(rule('board', REGION), rule('pay', 'true'), rule('bonus', 'false')),
    prepare(rule('pay', 'true'), rule('bonus', 'principal.roles.contains("r")'), same),
  );

  expect(opaque).toEqual([]);
  expect(changes).toEqual([
    {
      coordinate: 'Person.bonus',
      readableFor: [
        { holds: ['scope b', 'role r'], holdsNot: ['policy board'] },
        { holds: ['scope a', 'role r'], holdsNot: ['policy board'] },
      ],
      unreadableFor: [],
    },
  ]);
});

test('policies that change and protect nothing are named', () => {
  const changed = comparePolicies(
    elements,
    prepare(rule('other', 'true')),
    prepare(rule('other', 'false'), rule('new', 'true'), rule('pay', 'false')),
  );

  expect(changed).toEqual({ changes: [], opaque: [], idle: ['new', 'other'] });
});

test('refuses to compare what tells too many kinds of callers apart', () => {
  const roles = Array.from({ length: 13 }, (_, place) => `"role-${place}"`).join(', ');
  const many = prepare(rule('pay', `principal.roles.containsAny([${roles}])`));

  expect(() => comparePolicies(elements, prepare(), many)).toThrow(
    /tell at most 8192 kinds of callers apart; there are 65536/,
  );
});
