import { expect, test } from 'vitest';

import { findContractDrift } from '../../../../shared/contract/contract-drift.ts';
import { parseContract } from '../../../../shared/contract/data-contract.ts';
import { indexSdl } from '../../../../shared/contract/sdl-index.ts';
import { minimalContract } from '../../../support/descriptor-texts.ts';

const sdl = `
  type OrderLine @key(fields: "rowId") {
    rowId: ID!
    name: String
    names: [String!]!
    amount: Decimal!
    ratio: Float
    region: Region!
    soldOn: Date
    order: Order
    profit: Decimal @requiresScopes(scopes: [["orders:margin"]])
  }
  type Order @key(fields: "id") { id: ID! lineNames: [String!]! }
  enum Region { WEST }
`;

/** Problems of the minimal contract with one more column, as `[path, expected, given]`. */
function driftOf(column: string, schema = sdl) {
  const anchor = '        classification: internal\n';
  const extra = `${anchor}      - { description: D., classification: internal, ${column} }\n`;
  const parsed = parseContract(minimalContract.replace(anchor, extra));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return findContractDrift(parsed.value, indexSdl(schema)).map(({ path, expected, given }) => [
    path,
    expected,
    given,
  ]);
}

const surfaces = (field: string) =>
  `customProperties: [{ property: graphqlField, value: ${field} }]`;

test.each([
  ['a string at a String', 'name: name, logicalType: string'],
  ['a string at an enum', 'name: region, logicalType: string, required: true'],
  ['a number at a Decimal', 'name: amount, logicalType: number, required: true'],
  ['a number at a Float', 'name: ratio, logicalType: number'],
  ['a date at a Date', 'name: sold_on, logicalType: date'],
  ['an optional column at a non-null field', 'name: amount, logicalType: number'],
  ['an array at a list', 'name: names, logicalType: array, items: { logicalType: string }'],
  [
    'a key of another entity',
    `name: order_id, logicalType: string, required: true, ${surfaces('OrderLine.order.id')}`,
  ],
  [
    'a required column behind a scope at a nullable field',
    'name: profit, logicalType: number, required: true',
  ],
  [
    'rows as a list on another type',
    `name: line_name, logicalType: string, ${surfaces('Order.lineNames')}`,
  ],
  ['a column outside the graph', `name: secret, logicalType: string, ${surfaces('null')}`],
])('accepts %s', (_, column) => {
  expect(driftOf(column)).toEqual([]);
});

test.each([
  [
    'a field that is not there',
    'name: colour, logicalType: string',
    'the field OrderLine.colour',
    'no OrderLine.colour',
  ],
  [
    'a field that is not there further on',
    `name: city, logicalType: string, ${surfaces('OrderLine.order.city')}`,
    'the field OrderLine.order.city',
    'no Order.city',
  ],
  ['a number at a String', 'name: name, logicalType: number', 'Decimal or Float', 'String'],
  ['a string at a Decimal', 'name: amount, logicalType: string', 'String or ID', 'Decimal!'],
  ['a timestamp at a Date', 'name: sold_on, logicalType: timestamp', 'DateTime', 'Date'],
  [
    'an integer of 64 bits at an enum',
    'name: region, logicalType: integer, logicalTypeOptions: { format: i64 }',
    'BigInt or ID',
    'Region!',
  ],
  [
    'a required column at a nullable field',
    'name: name, logicalType: string, required: true',
    'a non-null type, because the column is required',
    'String',
  ],
  ['one value at a list', 'name: names, logicalType: string', 'no list', '[String!]!'],
  [
    'an array at one value',
    'name: name, logicalType: array, items: { logicalType: string }',
    'a list',
    'String',
  ],
  [
    'a figure that is not there',
    'name: name, logicalType: string, customProperties: [{ property: graphqlAggregates, value: [Order.total] }]',
    'the figure Order.total',
    'none',
  ],
])('finds %s', (_, column, expected, given) => {
  const name = /name: (\w+)/.exec(column)?.[1];

  expect(driftOf(column)).toEqual([[`order_line.${name}`, expected, given]]);
});

const anyColumn = 'name: name, logicalType: string';

test('finds a type that is missing, and every column with it', () => {
  expect(driftOf(anyColumn, 'type Query { a: Int }').map(([path]) => path)).toEqual([
    'order_line',
    'order_line.row_id',
    'order_line.name',
  ]);
});

test('finds an entity whose key is not the primary key', () => {
  const schema = sdl.replace('@key(fields: "rowId")', '@key(fields: "name")');

  expect(driftOf(anyColumn, schema)).toEqual([
    ['order_line', 'OrderLine @key(fields: "rowId")', 'name'],
  ]);
});

test('asks no key of a type that is no entity, and of one that others resolve', () => {
  expect(driftOf(anyColumn, sdl.replace('@key(fields: "rowId")', ''))).toEqual([]);
  expect(driftOf(anyColumn, sdl.replace('"rowId")', '"name", resolvable: false)'))).toEqual([]);
});
