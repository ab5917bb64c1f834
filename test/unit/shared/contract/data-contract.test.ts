import { expect, test } from 'vitest';

import {
  graphqlAggregatesOf,
  graphqlFieldsOf,
  graphqlTypeOf,
} from '../../../../shared/contract/contract-table.ts';
import {
  type Contract,
  parseContract,
  primaryKeyOf,
} from '../../../../shared/contract/data-contract.ts';
import { minimalContract } from '../../../support/descriptor-texts.ts';

function problemsOf(text: string) {
  const parsed = parseContract(text);
  return parsed.ok ? [] : parsed.problems;
}

/** The minimal contract with more lines under its only column. */
function withColumn(...lines: string[]): string {
  const anchor = '        classification: internal\n';
  return minimalContract.replace(
    anchor,
    `${anchor}${lines.map((line) => `        ${line}\n`).join('')}`,
  );
}

function tableOf(text: string): Contract['schema'][number] {
  const parsed = parseContract(text);
  const table = parsed.ok ? parsed.value.schema[0] : undefined;
  if (table === undefined) throw new Error(JSON.stringify(problemsOf(text)));
  return table;
}

test('reads a contract and fills what is absent', () => {
  expect(tableOf(minimalContract).properties[0]).toMatchObject({
    name: 'row_id',
    required: true,
    unique: false,
    quality: [],
    relationships: [],
  });
});

test('names an unknown field at the top and in a column', () => {
  const text = `${withColumn('colour: red')}owner: ana\n`;

  expect(problemsOf(text).map(({ path, line }) => [path, line])).toEqual([
    ['schema[0].properties[0].colour', 25],
    ['owner', 31],
  ]);
});

test('wants a class for every column', () => {
  expect(
    problemsOf(minimalContract.replace('        classification: internal\n', '')),
  ).toMatchObject([{ path: 'schema[0].properties[0].classification', given: 'nothing' }]);
});

test.each([
  ['options of another type', ['logicalTypeOptions: { pattern: x }'], 'logicalTypeOptions.pattern'],
  ['items on a scalar', ['items: { logicalType: string }'], 'items'],
  ['a library check without a metric', ['quality: [{ id: a, mustBe: 0 }]'], 'quality[0].metric'],
  [
    'a sql check without a query',
    ['quality: [{ id: a, type: sql, mustBe: 0 }]'],
    'quality[0].query',
  ],
  ['a check without an operator', ['quality: [{ id: a, metric: nullValues }]'], 'quality[0]'],
  [
    'a check with two operators',
    ['quality: [{ id: a, metric: nullValues, mustBe: 0, mustBeLessThan: 1 }]'],
    'quality[0]',
  ],
  [
    'a reference that names a table only',
    ['relationships: [{ to: accounts }]'],
    'relationships[0].to',
  ],
])('refuses %s', (_, lines, path) => {
  expect(problemsOf(withColumn(...lines)).map((problem) => problem.path)).toEqual([
    `schema[0].properties[0].${path}`,
  ]);
});

test.each([
  ['a table of the same contract', 'accounts.id'],
  ['a table of another contract', 'accounts/contract.odcs.yaml#/schema/account/properties/id'],
])('accepts a reference to %s', (_, to) => {
  expect(problemsOf(withColumn(`relationships: [{ to: "${to}" }]`))).toEqual([]);
});

test('names types and fields from tables and columns unless the contract says otherwise', () => {
  const plain = tableOf(minimalContract);
  const named = tableOf(
    withColumn('customProperties: [{ property: graphqlField, value: OrderLine.order.id }]'),
  );

  expect(graphqlTypeOf(plain)).toBe('OrderLine');
  expect(plain.properties.map((column) => graphqlFieldsOf(plain, column))).toEqual([
    [['OrderLine', 'rowId']],
  ]);
  expect(named.properties.map((column) => graphqlFieldsOf(named, column))).toEqual([
    [['OrderLine', 'order', 'id']],
  ]);
});

test('keeps a column out of the graph, and knows the figures made from it', () => {
  const table = tableOf(
    withColumn(
      'customProperties:',
      '  - { property: graphqlField, value: null }',
      '  - { property: graphqlAggregates, value: [Totals.rows, Group.totals.rows] }',
    ),
  );

  expect(table.properties.map((column) => graphqlFieldsOf(table, column))).toEqual([[]]);
  expect(table.properties.map(graphqlAggregatesOf)).toEqual([
    [
      ['Totals', 'rows'],
      ['Group', 'totals', 'rows'],
    ],
  ]);
});

test('orders a primary key by position and not by column', () => {
  const table = tableOf(
    minimalContract.replace(
      '        primaryKeyPosition: 1\n        required: true\n        classification: internal\n',
      `        primaryKeyPosition: 2
        classification: internal
      - name: order_id
        description: Number of the order.
        logicalType: string
        primaryKey: true
        primaryKeyPosition: 1
        classification: internal
`,
    ),
  );

  expect(primaryKeyOf(table).map((column) => column.name)).toEqual(['order_id', 'row_id']);
});
