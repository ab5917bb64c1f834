import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { parseClassificationRules } from '../../../../gateway/control/governance/parse-classification-rules.ts';
import { compileClassification } from '../../../../gateway/policy/compile-classification.ts';
import type { ProtectedElements } from '../../../../gateway/policy/masked-grants.ts';
import type { Rights } from '../../../../gateway/policy/requirement.ts';
import type { ElementTags, TagIndex } from '../../../../gateway/policy/tag-index.ts';

const schema = buildSchema(`
  scalar Date
  input Filter { email: String }
  union Anything = Account
  interface Named { name: String }
  type Address { city: String! }
  type Plain { city: String! }
  type Account implements Named { id: ID! email: String name: String born: Date! rich: Boolean! address: Address
    plain: Plain any: Anything margin: Int hint: String }
  type Query { account: Account }
`);

const own = (...names: string[]): ElementTags => ({ own: names, derived: [] });
const tags: TagIndex = new Map<string, ElementTags>([
  ['Account.email', own('pii')],
  ['Account.name', own('pii')],
  ['Account.born', own('pii')],
  ['Account.rich', own('pii')],
  ['Account.address', own('pii')],
  ['Account.plain', own('pii')],
  ['Account.any', own('pii')],
  ['Account.margin', own('secret', 'pii')],
  ['Account.hint', { own: [], derived: ['pii'] }],
  ['Account.id', own('other')],
  ['Address', own('pii')],
  ['Address.city', own('pii')],
  ['Anything', own('pii')],
  ['Filter.email', own('pii')],
]);

const element = (coordinate: string) => ({
  authenticated: false,
  scopes: [[`read:${coordinate}`]],
  policies: [],
  element: { coordinate, products: ['crm'], writes: false },
});
const requirements: ProtectedElements = {
  ofType: new Map([['Address', element('Address')]]),
  ofField: new Map([['Account.email', element('Account.email')]]),
};

const compile = (rules: string, secret: string | null = 's') => {
  const text = `
version: 1
classes: [{ name: secret, tags: [secret] }, { name: personal, tags: [pii, gdpr] }]
rules:${rules}`;
  const parsed = parseClassificationRules(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileClassification(parsed.value, { tags, schema, requirements }, secret);
};

const ALL = [...tags.keys()];
const NOBODY: Rights = { authenticated: false, scopes: new Set(), policies: new Set() };
const known = (more: Partial<Rights> = {}): Rights => ({ ...NOBODY, authenticated: true, ...more });

const kinds = (rules: string, rights: Rights, coordinates: readonly string[] = ALL) =>
  Object.fromEntries(
    [...compile(rules).effectsOf(coordinates, rights)].map(([at, effect]) => [
      at,
      effect.kind === 'mask' ? effect.mask.kind : 'deny',
    ]),
  );

test('what has a class and no rule is denied, and what has none is allowed', () => {
  const denied = ALL.filter((at) => at !== 'Account.id').map((at) => [at, 'deny']);

  expect(kinds(' []', known())).toEqual(Object.fromEntries(denied));
});

test('the first rule that fits element and caller decides', () => {
  const rules = `
  - { name: a, effect: allow, when: { coordinates: [Account.email] }, for: { scopes: [[s, t], [u]] } }
  - { name: b, effect: mask, masks: [redacted], for: { roles: [[support]] } }
  - { name: c, effect: allow, for: { domains: [crm], purposes: [billing] } }`;
  const asked = ['Account.email', 'Account.name'];
  const of = (more: Partial<Rights>) => kinds(rules, known(more), asked);

  expect(of({ scopes: new Set(['u']) })).toEqual({ 'Account.name': 'deny' });
  expect(of({ scopes: new Set(['s']), roles: new Set(['support']) })).toEqual({
    'Account.email': 'redacted',
    'Account.name': 'redacted',
  });
  expect(of({ domain: 'crm', purpose: 'billing' })).toEqual({});
  expect(of({ domain: 'crm' })).toEqual({ 'Account.email': 'deny', 'Account.name': 'deny' });
  expect(of({ domain: 'crm', purpose: 'research' })).toEqual({
    'Account.email': 'deny',
    'Account.name': 'deny',
  });
});

test('of several classes the strictest effect holds, whatever the order of the rules', () => {
  const rules = `
  - { name: a, effect: allow, when: { classes: [secret] } }
  - { name: b, effect: mask, masks: [{ bucket: 10 }], when: { classes: [personal] } }`;

  expect(kinds(rules, known(), ['Account.margin'])).toEqual({ 'Account.margin': 'bucket' });
});

test('a tag that a rule names need not be that of the class', () => {
  const rules = `
  - { name: a, effect: deny, when: { classes: [personal], tags: [secret] } }
  - { name: b, effect: allow }`;

  expect(kinds(rules, known())).toEqual({ 'Account.margin': 'deny' });
});

test('the first mask that fits the type is used, and where none fits the element is denied and named', () => {
  const rules = `
  - { name: a, effect: mask, masks: [{ keepFirst: 2 }, month, null] }`;

  const compiled = compile(rules);

  expect(kinds(rules, known())).toEqual({
    'Account.email': 'keepFirst',
    'Account.name': 'keepFirst',
    'Account.born': 'month',
    'Account.rich': 'deny',
    'Account.plain': 'deny',
    'Account.any': 'deny',
    'Account.margin': 'null',
    'Account.hint': 'deny',
    'Address.city': 'keepFirst',
    Anything: 'deny',
    'Filter.email': 'deny',
  });
  expect(compiled.misfits.map(({ rule, coordinate }) => `${rule} ${coordinate}`)).toEqual([
    'a Account.rich',
    'a Account.plain',
    'a Account.any',
    'a Account.hint',
    'a Anything',
  ]);
});

test('a computed field is opened by a rule that names it', () => {
  const rules = `
  - { name: a, effect: allow, when: { coordinates: [Account.hint] } }
  - { name: b, effect: mask, masks: [hash] }`;

  expect(kinds(rules, known(), ['Account.hint'])).toEqual({});
});

test('without a key no hash fits', () => {
  const rules = `
  - { name: a, effect: mask, masks: [hash, redacted] }`;

  const effects = compile(rules, null).effectsOf(['Account.email'], known());

  expect(effects.get('Account.email')).toMatchObject({ mask: { kind: 'redacted' } });
});

test('callers of equal effects have equal shapes, and others never', () => {
  const rules = `
  - { name: a, effect: mask, masks: [redacted], for: { roles: [[support], [intern]] } }
  - { name: b, effect: allow, for: { authenticated: true } }`;
  const compiled = compile(rules);
  const shape = (rights: Rights) => compiled.shapeOf(ALL, rights);

  expect(shape(known({ roles: new Set(['support']) }))).toBe(
    shape(known({ roles: new Set(['intern', 'cook']), purpose: 'x' })),
  );
  expect(
    new Set([shape(NOBODY), shape(known()), shape(known({ roles: new Set(['intern']) }))]).size,
  ).toBe(3);
});

test('other rules give other shapes, even where they have the same effect', () => {
  const rules = `
  - { name: a, effect: allow }`;

  expect(compile(rules).shapeOf(ALL, known())).not.toBe(compile(`${rules} `).shapeOf(ALL, known()));
});

test('a hash is of one purpose, so each purpose has its shape', () => {
  const rules = `
  - { name: a, effect: mask, masks: [hash, month, null] }`;
  const compiled = compile(rules);
  const masked = (purpose: string | null) => {
    const effect = compiled.effectsOf(ALL, known({ purpose })).get('Account.email');
    return effect?.kind === 'mask' ? effect.apply('a@b.example') : null;
  };
  const shape = (purpose: string | null) => compiled.shapeOf(ALL, known({ purpose }));

  expect(shape('a')).toBe(shape('a'));
  expect(new Set([shape('a'), shape('b'), shape(null)]).size).toBe(3);
  expect(new Set([masked('a'), masked('b'), masked(null)]).size).toBe(3);
});

test('an operation that touches nothing classified has no shape', () => {
  expect(compile(' []').shapeOf(['Account.id', 'Query.account'], known())).toBe('');
});

const GRANTED = `
  - { name: a, effect: allow, for: { granted: true } }
  - { name: b, effect: mask, masks: [redacted] }`;
const granted = (...coordinates: string[]): Rights =>
  known({ grants: { covers: (one) => coordinates.includes(one.coordinate) } });

test('a rule may speak of those to whom the element was granted', () => {
  const asked = ['Account.email', 'Account.name', 'Address.city'];

  expect(kinds(GRANTED, known(), asked)).toEqual({
    'Account.email': 'redacted',
    'Account.name': 'redacted',
    'Address.city': 'redacted',
  });
  expect(kinds(GRANTED, granted('Account.email'), asked)).toEqual({
    'Account.name': 'redacted',
    'Address.city': 'redacted',
  });
  // A field that is protected by its type is granted with its type.
  expect(kinds(GRANTED, granted('Address'), asked)).toEqual({
    'Account.email': 'redacted',
    'Account.name': 'redacted',
  });
});

test('callers to whom different elements were granted have different shapes', () => {
  const asked = ['Account.email', 'Address.city'];
  const rules = compile(GRANTED);
  const shapes = [known(), granted('Account.email'), granted('Address'), granted('other')].map(
    (rights) => rules.shapeOf(asked, rights),
  );

  expect(new Set(shapes).size).toBeGreaterThanOrEqual(3);
  expect(shapes[1]).not.toBe(shapes[0]);
  expect(shapes[2]).not.toBe(shapes[1]);
  expect(rules.masksAny(asked, granted('Account.email', 'Address'))).toBe(false);
});

const NOON = 'during: [{ from: "12:00", to: "13:00", zone: UTC }]';
const NOON_NAME = '12:00-13:00 (UTC)';
const at = (isOpen: boolean | null): Partial<Rights> => ({
  windows: {
    isOpen: new Map(isOpen === null ? [] : [[NOON_NAME, isOpen]]),
    fromMs: 0,
    untilMs: 1,
  },
});
const TIMED = `
  - { name: closed-at-noon, effect: deny, for: { roles: [[r]] }, ${NOON} }
  - { name: parts-at-noon, effect: mask, masks: [redacted], ${NOON} }
  - { name: all, effect: allow }`;

test('a rule with a time holds while one of its windows is open', () => {
  const email = ['Account.email'];

  expect(kinds(TIMED, known(at(true)), email)).toEqual({ 'Account.email': 'redacted' });
  expect(kinds(TIMED, known(at(false)), email)).toEqual({});
  const either = TIMED.replaceAll('during: [', 'during: [{ days: [monday], zone: UTC }, ');
  expect(kinds(either, known(at(true)), email)).toEqual({ 'Account.email': 'redacted' });
});

test('a rule of which nobody knows whether it holds allows nothing, nor does any after it', () => {
  const email = ['Account.email'];

  expect(kinds(TIMED, known(), email)).toEqual({ 'Account.email': 'deny' });
  expect(kinds(TIMED, known(at(null)), email)).toEqual({ 'Account.email': 'deny' });
  // What is closed for sure stays closed while another window is not known.
  const either = TIMED.replaceAll('during: [', 'during: [{ days: [monday], zone: UTC }, ');
  expect(kinds(either, known(at(false)), email)).toEqual({ 'Account.email': 'deny' });
});

test('callers of different times have different shapes where the time matters to them', () => {
  const compiled = compile(TIMED);
  const email = ['Account.email'];
  const shapes = [true, false, null].map((open) => compiled.shapeOf(email, known(at(open))));

  expect(new Set(shapes).size).toBe(3);
  const early = compile(`
  - { name: staff, effect: allow, for: { roles: [[r]] } }${TIMED}`);
  const staff = (open: boolean) =>
    early.shapeOf(email, known({ roles: new Set(['r']), ...at(open) }));
  expect(staff(true)).toBe(staff(false));
});

test('says in which windows the deciding rule holds, and which rules would decide at another time', () => {
  const compiled = compile(TIMED);
  const support = (open: boolean) => known({ roles: new Set(['r']), ...at(open) });

  expect(compiled.effectsOf(['Account.email'], support(true)).get('Account.email')).toEqual({
    kind: 'deny',
    rule: 'closed-at-noon',
    during: [NOON_NAME],
  });
  expect(compiled.rulesNotNow('Account.email', support(true))).toEqual([]);
  expect(compiled.rulesNotNow('Account.email', support(false))).toEqual([
    { rule: 'closed-at-noon', during: [NOON_NAME] },
    { rule: 'parts-at-noon', during: [NOON_NAME] },
  ]);
  expect(compiled.rulesNotNow('Account.email', known(at(false)))).toEqual([
    { rule: 'parts-at-noon', during: [NOON_NAME] },
  ]);
});
