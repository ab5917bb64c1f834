import { expect, test } from 'vitest';
import {
  decideReadable,
  listReadableElements,
} from '../../../../../gateway/control/governance/list-readable.ts';
import { parseClassificationRules } from '../../../../../gateway/control/governance/parse-classification-rules.ts';
import { compileClassification } from '../../../../../gateway/policy/compile-classification.ts';
import type { Rights } from '../../../../../gateway/policy/requirement.ts';
import { createFederation, holding, NOBODY } from '../../../../support/federation-fixture.ts';

const staff = [
  {
    name: 'staff',
    sdl: `
      type Query { person: Person node: Node note: Note }
      interface Node { id: ID! label: String @tag(name: "pii") }
      type Person implements Node {
        id: ID!
        label: String @tag(name: "pii")
        name: String @requiresScopes(scopes: [["pii", "read"], ["admin"]])
        phone: String @authenticated @tag(name: "pii")
        pin: Int @policy(policies: [["vault"]])
        diary: Diary
        boss: Person
        hidden: Int @inaccessible
      }
      type Note implements Node @requiresScopes(scopes: [["notes"]]) { id: ID! label: String }
      type Diary @authenticated { text: String }
    `,
    resolvers: {
      Query: {
        person: () => ({ id: 'p', label: 'Ada', name: 'Ada', phone: '+1 555', pin: 1, diary: {} }),
        node: () => ({ __typename: 'Person', id: 'p', label: 'Ada' }),
        note: () => ({ id: 'n', label: 'Memo' }),
      },
    },
  },
];

const parsed = parseClassificationRules(`
version: 1
classes: [{ name: personal, tags: [pii] }]
rules:
  - { name: nobody-from-sales, for: { domains: [sales] }, effect: deny }
  - { name: stewards, for: { roles: [[steward]] }, effect: allow }
  - { name: known-callers, for: { authenticated: true }, effect: mask, masks: [{ keepFirst: 1 }] }
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { snapshot } = createFederation(staff);
const classification = compileClassification(parsed.value, snapshot, null);
const elements = listReadableElements(snapshot);

const steward: Rights = { ...holding('notes'), roles: new Set(['steward']) };
const CALLERS: readonly (readonly [string, Rights])[] = [
  ['nobody', NOBODY],
  ['a known caller', holding()],
  ['an admin', holding('admin')],
  ['half of a group', holding('pii', 'notes')],
  ['a steward', steward],
  ['sales', { ...steward, domain: 'sales' }],
  ['a held policy', { ...NOBODY, policies: new Set(['vault']) }],
  [
    'a grant',
    { ...holding(), grants: { covers: ({ coordinate }) => coordinate === 'Person.name' } },
  ],
];

const decide = (rights: Rights) => decideReadable(elements, rights, classification);

test.each(CALLERS)('says of %s what an operation for each field comes to', async (_, rights) => {
  const { ask } = createFederation(staff, undefined, () => classification);
  const fields = decide(rights).filter(
    ({ kind, coordinate }) => kind === 'field' && !coordinate.startsWith('Query.'),
  );

  for (const { coordinate, read } of fields) {
    const [type = '', field = ''] = coordinate.split('.');
    if (type === 'Diary') continue;
    const below = field === 'diary' || field === 'boss' ? '{ __typename }' : '';
    const { data, problems } = await ask(
      `{ at: ${type.toLowerCase()} { value: ${field} ${below} } }`,
      null,
      rights,
    );
    const at = data?.at as { readonly value: unknown } | null | undefined;
    const masked = typeof at?.value === 'string' && at.value.endsWith('***');
    const seen = problems.length > 0 ? 'no' : masked ? 'masked' : 'yes';
    expect([coordinate, read]).toEqual([coordinate, seen]);
  }
});

test('names what is missing, as little as would do', () => {
  const reasonsOf = (rights: Rights, coordinate: string) =>
    decide(rights).find((one) => one.coordinate === coordinate)?.reasons;

  expect(reasonsOf(holding('read'), 'Person.name')).toEqual([
    expect.objectContaining({
      reason: 'REQUIREMENT_NOT_MET',
      coordinate: 'Person.name',
      missing: { authenticated: false, scopes: [['admin'], ['pii']], policies: [] },
    }),
  ]);
  expect(reasonsOf(NOBODY, 'Person.diary')).toEqual([
    expect.objectContaining({
      coordinate: 'Diary',
      missing: { authenticated: true, scopes: [], policies: [] },
    }),
  ]);
  expect(reasonsOf({ ...steward, domain: 'sales' }, 'Person.phone')).toEqual([
    { reason: 'RULE_DENIES', coordinate: 'Person.phone', rule: 'nobody-from-sales' },
  ]);
  expect(reasonsOf(holding(), 'Person.phone')).toEqual([
    {
      reason: 'RULE_MASKS',
      coordinate: 'Person.phone',
      rule: 'known-callers',
      mask: 'keepFirst',
    },
  ]);
  expect(reasonsOf(NOBODY, 'Person.label')).toEqual([
    { reason: 'NO_RULE_ALLOWS', coordinate: 'Person.label' },
  ]);
});

test('lists what clients see, types before their fields, and nothing inaccessible', () => {
  const listed = elements.map(({ coordinate }) => coordinate);

  expect(listed.slice(0, 5)).toEqual(['Diary', 'Diary.text', 'Node', 'Node.id', 'Node.label']);
  expect(listed).not.toContain('Person.hidden');
});
