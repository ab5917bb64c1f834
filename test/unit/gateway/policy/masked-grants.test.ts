import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';

import { parseClassificationRules } from '../../../../gateway/control/governance/parse-classification-rules.ts';
import { compileClassification } from '../../../../gateway/policy/compile-classification.ts';
import type { Mask } from '../../../../gateway/policy/mask.ts';
import type { ProtectedElements } from '../../../../gateway/policy/masked-grants.ts';
import {
  isSatisfied,
  type ProtectedElement,
  type Requirement,
  type Rights,
} from '../../../../gateway/policy/requirement.ts';
import type { ElementTags, TagIndex } from '../../../../gateway/policy/tag-index.ts';

const schema = buildSchema(`
  scalar Date
  input Filter { email: String }
  interface Named { name: String }
  type Address { city: String! zip: String }
  type Plain { city: String }
  type Account implements Named { email: String name: String born: Date! rich: Boolean! address: Address
    plain: Plain hint: String free: String open: String margin: Int }
  type Query { account(filter: Filter): Account }
`);

const own = (...names: string[]): ElementTags => ({ own: names, derived: [] });
const tags: TagIndex = new Map<string, ElementTags>([
  ['Account.email', own('pii')],
  ['Account.name', own('pii')],
  ['Account.born', own('pii')],
  ['Account.rich', own('pii')],
  ['Account.address', own('pii')],
  ['Account.plain', own('pii')],
  ['Account.free', own('pii')],
  ['Account.margin', own('secret')],
  ['Account.hint', { own: [], derived: ['pii'] }],
  ['Address', own('pii')],
  ['Address.city', own('pii')],
  ['Address.zip', own('pii')],
  ['Named.name', own('pii')],
  ['Filter.email', own('pii')],
]);
const ALL = [...tags.keys()];

const PROTECTED_FIELDS = [
  ...['email', 'name', 'born', 'rich', 'address', 'plain', 'open', 'margin'].map(
    (name) => `Account.${name}`,
  ),
  'Named.name',
  'Address.zip',
];
const protect = (coordinate: string): readonly [string, Requirement] => [
  coordinate,
  {
    authenticated: false,
    scopes: [[`read:${coordinate}`]],
    policies: [],
    element: { coordinate, products: ['crm'], writes: false },
  },
];
const requirements: ProtectedElements = {
  ofType: new Map([protect('Address')]),
  ofField: new Map(PROTECTED_FIELDS.map(protect)),
};
const GRANTABLE = [...PROTECTED_FIELDS, 'Address'];

const HEAD = `
version: 1
classes: [{ name: secret, tags: [secret] }, { name: personal, tags: [pii] }]
rules:`;
const GRANTED = `
  - { name: given, effect: allow, for: { granted: true } }`;
const OTHERS = `
  - { name: support, effect: mask, masks: [{ keepLast: 2 }, month, null], for: { roles: [[support]] } }
  - { name: known, effect: allow, for: { authenticated: true } }`;

function compile(rules = GRANTED + OTHERS, secret: string | null = 's') {
  const parsed = parseClassificationRules(HEAD + rules);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileClassification(parsed.value, { tags, schema, requirements }, secret);
}

function caller(
  masked: readonly string[],
  more: Partial<Rights> = {},
  { full = [], mask = null }: { full?: readonly string[]; mask?: Mask | null } = {},
): Rights {
  const covers = ({ coordinate }: ProtectedElement) => full.includes(coordinate);
  const maskOf = ({ coordinate }: ProtectedElement) =>
    masked.includes(coordinate) && !full.includes(coordinate) ? { mask } : null;
  const grants = masked.length === 0 ? { covers } : { covers, maskOf };
  return { authenticated: true, scopes: new Set(), policies: new Set(), grants, ...more };
}

/** What becomes of an element: whether requirements let it through, and what the rules leave of it. */
function see(rules: ReturnType<typeof compile>, rights: Rights, coordinate: string): string {
  const [type = ''] = coordinate.split('.');
  const opened = rules.openedBy(rights);
  const required = [requirements.ofField.get(coordinate), requirements.ofType.get(type)];
  if (required.some((one) => one !== undefined && !isSatisfied(one, opened))) return 'closed';
  const effect = rules.effectsOf(ALL, rights).get(coordinate);
  return effect?.kind === 'mask' ? effect.mask.kind : (effect?.kind ?? 'shown');
}
const seen = (rights: Rights, asked: readonly string[], rules = compile()) =>
  asked.map((coordinate) => see(rules, rights, coordinate));

test('what was granted masked is shown in the first form of the rules that fits, and else in a plain one', () => {
  const asked = ['Account.email', 'Account.born', 'Account.rich', 'Account.name'];

  expect(seen(caller(asked.slice(0, 3)), asked)).toEqual(['keepLast', 'month', 'closed', 'closed']);
  expect(seen(caller(asked), asked, compile(GRANTED))).toEqual([
    ...['redacted', 'year', 'closed', 'redacted'],
  ]);
});

test('a grant names the form, where it fits the type', () => {
  const asked = ['Account.email', 'Account.born'];

  expect(seen(caller(asked, {}, { mask: { kind: 'hash' } }), asked)).toEqual(['hash', 'month']);
  expect(
    seen(caller(asked, {}, { mask: { kind: 'hash' } }), asked, compile(GRANTED + OTHERS, null)),
  ).toEqual(['keepLast', 'month']);
});

test('what has no class stays closed, because nobody masks it', () => {
  expect(seen(caller(['Account.open']), ['Account.open'])).toEqual(['closed']);
});

test('who may see a value without it sees it as before', () => {
  const scopes = new Set(['read:Account.email']);

  expect(seen(caller(['Account.email'], { scopes }), ['Account.email'])).toEqual(['shown']);
  expect(
    seen(caller(['Account.email'], {}, { full: ['Account.email'] }), ['Account.email']),
  ).toEqual(['shown']);
  expect(
    seen(caller(['Account.email'], { scopes, roles: new Set(['support']) }), ['Account.email']),
  ).toEqual(['keepLast']);
});

test('what rules refuse to a caller with the scope is shown masked to whom it was granted so', () => {
  const rights = caller(['Account.email'], { scopes: new Set(['read:Account.email']) });

  expect(seen(rights, ['Account.email'], compile(GRANTED))).toEqual(['redacted']);
});

test('rules may refuse or mask what was granted', () => {
  const refusing = compile(`
  - { name: never, effect: deny, when: { coordinates: [Account.email] } }${GRANTED}${OTHERS}`);
  const masking = compile(`
  - { name: always, effect: mask, masks: [redacted] }${GRANTED}${OTHERS}`);
  const rights = caller(['Account.email'], {}, { mask: { kind: 'hash' } });

  expect(seen(rights, ['Account.email'], refusing)).toEqual(['closed']);
  expect(seen(rights, ['Account.email'], masking)).toEqual(['redacted']);
  expect(seen(rights, ['Account.email'], compile(OTHERS))).toEqual(['hash']);
});

test('objects are shown masked with their type, and nothing whose values nobody masks', () => {
  const all = ['Account.address', 'Address', 'Address.city', 'Address.zip'];

  expect(seen(caller(all), all)).toEqual(['shown', 'shown', 'keepLast', 'keepLast']);
  expect(seen(caller(['Account.address']), all)).toEqual(Array(4).fill('closed'));
  expect(seen(caller(['Account.plain']), ['Account.plain'])).toEqual(['closed']);
});

test('no value stands on an interface, so nothing is opened there', () => {
  expect(seen(caller(['Named.name', 'Account.name']), ['Named.name', 'Account.name'])).toEqual([
    'closed',
    'keepLast',
  ]);
});

test('what asks by data of the class or is computed from it is refused as long as some is granted masked', () => {
  const telling = ['Filter.email', 'Account.hint'];
  const rules = compile();
  const reasonOf = (rights: Rights) => rules.effectsOf(ALL, rights).get('Filter.email');

  expect(seen(caller([]), telling)).toEqual(['shown', 'shown']);
  expect(seen(caller(['Account.email']), telling)).toEqual(['deny', 'deny']);
  expect(seen(caller(['Account.margin']), telling)).toEqual(['shown', 'shown']);
  expect(
    seen(caller(['Account.email'], { scopes: new Set(['read:Account.email']) }), telling),
  ).toEqual(['shown', 'shown']);
  expect(seen(caller(['Account.email']), ['Account.free'])).toEqual(['shown']);
  expect(reasonOf(caller(['Account.email']))).toEqual({
    kind: 'deny',
    rule: null,
    isForMaskedGrant: true,
  });
});

test('words of products are hidden from whom something around was granted masked', () => {
  const rules = compile();

  expect(rules.masksAny(ALL, caller(['Account.email']))).toBe(true);
  expect(rules.masksAny(ALL, caller(['Account.open']))).toBe(false);
});

const randomRights = fc
  .record({
    masked: fc.subarray(GRANTABLE),
    full: fc.subarray(GRANTABLE, { maxLength: 3 }),
    scopes: fc.subarray(
      GRANTABLE.map((coordinate) => `read:${coordinate}`),
      { maxLength: 4 },
    ),
    roles: fc.subarray(['support', 'press']),
    authenticated: fc.boolean(),
    purpose: fc.constantFrom(null, 'a', 'b'),
    mask: fc.constantFrom<Mask | null>(null, { kind: 'hash' }, { kind: 'null' }),
  })
  .map(({ masked, full, scopes, roles, mask, ...more }) => ({
    masked: caller(
      masked,
      { ...more, scopes: new Set(scopes), roles: new Set(roles) },
      { full, mask },
    ),
    without: caller([], { ...more, scopes: new Set(scopes), roles: new Set(roles) }, { full }),
  }));
const randomRules = fc.constantFrom(GRANTED + OTHERS, OTHERS + GRANTED, OTHERS, GRANTED, ' []');

const TELLING = new Set(['Filter.email', 'Account.hint']);
const RANKS = ['closed', 'deny'];
const isSeen = (what: string) => !RANKS.includes(what);

test('a masked grant takes nothing away, shows nothing as it is, and opens nothing that a full one would not', () => {
  fc.assert(
    fc.property(randomRights, randomRules, ({ masked, without }, text) => {
      const rules = compile(text);
      const asFull: Rights = {
        ...masked,
        grants: {
          covers: (one) =>
            masked.grants?.covers(one) === true || (masked.grants?.maskOf?.(one) ?? null) !== null,
        },
      };
      for (const coordinate of [...ALL, 'Account.open']) {
        const [now, before, full] = [masked, without, asFull].map((rights) =>
          see(rules, rights, coordinate),
        ) as [string, string, string];
        if (TELLING.has(coordinate)) expect(isSeen(now) && !isSeen(before)).toBe(false);
        else if (isSeen(before)) expect(now).toBe(before);
        else if (isSeen(now)) expect(isSeen(full)).toBe(true);
        const isLeaf = !['Address', 'Account.address', 'Account.plain'].includes(coordinate);
        if (now === 'shown' && isLeaf) expect(before).toBe('shown');
      }
    }),
    { numRuns: 500 },
  );
});

test('callers of one shape see the same', () => {
  fc.assert(
    fc.property(randomRights, randomRights, randomRules, (one, other, text) => {
      const rules = compile(text);
      const asked = ['Account.email', 'Filter.email'];
      fc.pre(rules.shapeOf(asked, one.masked) === rules.shapeOf(asked, other.masked));
      const effects = [one, other].map(({ masked }) =>
        [...rules.effectsOf(asked, masked)].map(([at, effect]) => [
          at,
          effect.kind === 'mask' ? [effect.mask, effect.apply('a@b.example')] : effect,
        ]),
      );
      expect(effects[0]).toEqual(effects[1]);
    }),
    { numRuns: 300, maxSkipsPerRun: 1000 },
  );
});
