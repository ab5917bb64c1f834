import { expect, test } from 'vitest';
import { parseClassificationRules } from '../../../../../gateway/control/governance/parse-classification-rules.ts';
import { readProjectFile } from '../../../../support/project-files.ts';

const HEAD = 'version: 1\nclasses: [{ name: personal, tags: [pii] }]\nrules:\n';

const problemsOf = (text: string) => {
  const parsed = parseClassificationRules(text);
  return parsed.ok
    ? []
    : parsed.problems.map(({ line, path, expected }) => `${line} ${path}: ${expected}`);
};

test('reads every kind of rule and mask', () => {
  const text = `${HEAD}
  - name: a
    when: { classes: [personal], tags: [pii], coordinates: [A.b, "Q.f(x:)"] }
    for: { authenticated: true, scopes: [[s, t], [u]], roles: [[r]], domains: [crm], purposes: [p] }
    effect: mask
    masks: [null, redacted, hash, { keepFirst: 1 }, { keepLast: 2 }, month, year, { bucket: 10 }]
  - { name: b, effect: deny }
`;

  const parsed = parseClassificationRules(text);

  expect(parsed).toEqual({
    ok: true,
    value: {
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      classes: [{ name: 'personal', tags: ['pii'] }],
      rules: [
        {
          name: 'a',
          subject: { classes: ['personal'], tags: ['pii'], coordinates: ['A.b', 'Q.f(x:)'] },
          caller: {
            authenticated: true,
            granted: false,
            scopes: [['s', 't'], ['u']],
            roles: [['r']],
            domains: ['crm'],
            purposes: ['p'],
          },
          during: [],
          effect: 'mask',
          masks: [
            { kind: 'null' },
            { kind: 'redacted' },
            { kind: 'hash' },
            { kind: 'keepFirst', characters: 1 },
            { kind: 'keepLast', characters: 2 },
            { kind: 'month' },
            { kind: 'year' },
            { kind: 'bucket', size: 10 },
          ],
        },
        {
          name: 'b',
          subject: { classes: [], tags: [], coordinates: [] },
          caller: {
            authenticated: false,
            granted: false,
            scopes: [],
            roles: [],
            domains: [],
            purposes: [],
          },
          during: [],
          effect: 'deny',
          masks: [],
        },
      ],
    },
  });
});

test('another text is another version', () => {
  const version = (text: string) => {
    const parsed = parseClassificationRules(text);
    return parsed.ok ? parsed.value.version : null;
  };
  const text = `${HEAD}  []`;

  expect(version(text)).not.toEqual(version(`${text} # reviewed`));
});

test('the rules that are shipped are valid', () => {
  expect(problemsOf(readProjectFile('gateway/policies/classification.yaml'))).toEqual([]);
});

test.each([
  ['', 'null : a value of type object'],
  ['version: 2\nclasses: [{ name: a, tags: [a] }]\nrules: []', '1 version: 1'],
  [`${HEAD}  - { name: a, effect: hide }`, '4 rules[0].effect: allow or mask or deny'],
  [`${HEAD}  - { name: a, effect: mask }`, '4 rules[0].masks: at least one mask'],
  [
    `${HEAD}  - { name: a, effect: allow, masks: [hash] }`,
    '4 rules[0].masks: no masks beside this effect',
  ],
  [
    `${HEAD}  - { name: a, effect: mask, masks: [blur] }`,
    '4 rules[0].masks[0]: null, redacted, hash, month, year, { keepFirst: 3 }, { keepLast: 4 } or { bucket: 1000 }',
  ],
  [
    `${HEAD}  - { name: a, effect: deny, when: { classes: [persnal] } }`,
    '4 rules[0].when.classes[0]: one of the classes personal',
  ],
  [
    `${HEAD}  - { name: a, effect: deny, when: { coordinates: ["A.b.c"] } }`,
    '4 rules[0].when.coordinates[0]: a coordinate such as Account.email, Query.account(email:) or Account',
  ],
  [`${HEAD}  - { name: a, effect: deny, unless: 1 }`, '4 rules[0].unless: no field of this name'],
  [
    `${HEAD}  - { name: a, effect: deny }\n  - { name: a, effect: allow }`,
    '5 rules[1].name: a name of its own',
  ],
  [
    `${HEAD}  - { name: a, effect: allow, for: { scopes: [] } }`,
    '4 rules[0].for.scopes: at least 1 (array)',
  ],
])('refuses a file with its place: %j', (text, problem) => {
  expect(problemsOf(text)).toContain(problem);
});

test('refuses more rules than it will look through', () => {
  const rules = Array.from({ length: 501 }, (_, at) => `  - { name: r${at}, effect: deny }\n`);

  expect(problemsOf(HEAD + rules.join(''))).toEqual(['4 rules: at most 500 (array)']);
});
