import { expect, test } from 'vitest';

import { claimsOfRules, parseRowRules } from '../../../../shared/contract/row-rules.ts';
import { minimalDescriptor } from '../../../support/descriptor-texts.ts';

const rulesText = (...entries: readonly string[]) =>
  [
    'customProperties:',
    '  - { property: lifecycle, value: {} }',
    '  - property: rowRules',
    '    value:',
    ...entries.map((entry) => `      - ${entry}`),
  ].join('\n');

const region = [{ column: 'region', operator: 'in', claim: 'regions' }];

test('gives each table its rule, in the order of the declaration', () => {
  const text = rulesText(
    '{ tables: [order, order_line], when: region in claims.regions }',
    '{ tables: [return_line], when: region in claims.regions and desk = claims.desk, for: all }',
  );

  const parsed = parseRowRules(minimalDescriptor + text);

  const both = [...region, { column: 'desk', operator: '=', claim: 'desk' }];
  const value = [
    { table: 'order', comparisons: region, for: 'select' },
    { table: 'order_line', comparisons: region, for: 'select' },
    { table: 'return_line', comparisons: both, for: 'all' },
  ] as const;
  expect(parsed).toEqual({ ok: true, value });
  expect(parsed.ok && claimsOfRules(parsed.value)).toEqual(['regions', 'desk']);
});

test.each([
  ['an empty file', ''],
  ['a descriptor without the property', minimalDescriptor],
  ['an empty list', `${rulesText()} []`],
])('there are no rules in %s', (_, text) => {
  expect(parseRowRules(text)).toEqual({ ok: true, value: [] });
});

test.each([
  [
    'a condition that cannot be read',
    ['{ tables: [a], when: region on claims.regions }'],
    '[0].when',
    'in or = at character 8',
    '"region on claims.regions"',
  ],
  [
    'a table with its schema',
    ['{ tables: [a, "x.y"], when: r in claims.r }'],
    '[0].tables[1]',
    'the name of a table, without its schema',
    '"x.y"',
  ],
  [
    'a table that is SQL',
    ['{ tables: ["a\\"; DROP TABLE b; --"], when: r in claims.r }'],
    '[0].tables[0]',
    'the name of a table, without its schema',
    expect.stringContaining('DROP TABLE'),
  ],
  [
    'no tables',
    ['{ tables: [], when: r in claims.r }'],
    '[0].tables',
    'at least 1 (array)',
    'an empty list',
  ],
  [
    'another kind of rule',
    ['{ tables: [a], when: r in claims.r, for: delete }'],
    '[0].for',
    'select or all',
    '"delete"',
  ],
  [
    'a field that there is not',
    ['{ tables: [a], when: r in claims.r, unless: x }'],
    '[0].unless',
    'no field but tables, when and for',
    '"x"',
  ],
  [
    'two rules for a table',
    ['{ tables: [a], when: r in claims.r }', '{ tables: [a], when: s in claims.s }'],
    '',
    'one rule for each table (a has two); conditions are joined by and',
    'a list',
  ],
])('says of %s what is expected, what is given and where', (_, entries, path, expected, given) => {
  expect(parseRowRules(rulesText(...entries))).toEqual({
    ok: false,
    problems: [{ path: `customProperties[1].value${path}`, expected, given, line: 5 }],
  });
});

test('a file that is no YAML is a problem', () => {
  expect(parseRowRules('a: [')).toMatchObject({ ok: false });
});
