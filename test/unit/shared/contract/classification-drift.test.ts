import { expect, test } from 'vitest';

import { findClassificationDrift } from '../../../../shared/contract/classification-drift.ts';
import { parseContract } from '../../../../shared/contract/data-contract.ts';
import { indexSdl } from '../../../../shared/contract/sdl-index.ts';
import { minimalContract } from '../../../support/descriptor-texts.ts';

const personal = 'name: email, logicalType: string, classification: personal';
const restricted = 'name: profit, logicalType: number, classification: restricted';

/** Problems of the minimal contract with more columns against fields of `OrderLine`. */
function driftOf(columns: readonly string[], fields: string, types = '') {
  const anchor = '        classification: internal\n';
  const extra = columns.map((column) => `      - { description: D., ${column} }\n`).join('');
  const parsed = parseContract(minimalContract.replace(anchor, anchor + extra));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const sdl = `type OrderLine @key(fields: "rowId") @authenticated { rowId: ID! ${fields} } ${types}`;
  return findClassificationDrift(parsed.value, indexSdl(sdl)).map(({ path, expected }) => [
    path,
    expected,
  ]);
}

test('is content where columns and directives say the same', () => {
  const fields = `
    email: String @tag(name: "pii") @requiresScopes(scopes: [["orders:pii"]])
    profit: Decimal @tag(name: "restricted") @policy(policies: [["margin"]])
  `;

  expect(driftOf([personal, restricted], fields)).toEqual([]);
});

test('lets a type carry the directives for all its fields', () => {
  const column = `${personal}, customProperties: [{ property: graphqlField, value: OrderLine.contact.email }]`;
  const types = 'type Contact @tag(name: "pii") @requiresScopes(scopes: [["a"]]) { email: String }';

  expect(driftOf([column], 'contact: Contact', types)).toEqual([]);
});

test('wants both a tag and a scope; being known is not enough for classified data', () => {
  expect(driftOf([personal], 'email: String')).toEqual([
    ['order_line.email', '@tag(name: "pii") on OrderLine.email'],
    ['order_line.email', '@requiresScopes or @policy on OrderLine.email'],
  ]);
});

test('wants the mark of the class: pii for persons, restricted for business secrets', () => {
  const fields = 'profit: Decimal @tag(name: "pii") @requiresScopes(scopes: [["a"]])';

  expect(driftOf([restricted], fields)).toEqual([
    ['order_line.profit', '@tag(name: "restricted") on OrderLine.profit'],
    ['OrderLine.profit', 'a column behind it that is pii'],
  ]);
  expect(driftOf([`${restricted}, tags: [pii]`], fields)).toEqual([]);
});

test('follows a column into the figures made from it', () => {
  const column = `${restricted}, customProperties: [{ property: graphqlAggregates, value: [Totals.profit] }]`;
  const field = 'profit: Decimal @tag(name: "restricted") @requiresScopes(scopes: [["a"]])';

  expect(driftOf([column], field, 'type Totals { profit: Decimal }')).toEqual([
    ['order_line.profit', '@tag(name: "restricted") on Totals.profit'],
    ['order_line.profit', '@requiresScopes or @policy on Totals.profit'],
  ]);
  expect(driftOf([column], field, `type Totals { ${field} }`)).toEqual([]);
});

test('finds a mark that no classified column stands behind', () => {
  const column = 'name: email, logicalType: string, classification: internal';
  const fields = 'email: String @tag(name: "pii") @requiresScopes(scopes: [["a"]])';

  expect(driftOf([column], fields)).toEqual([
    ['OrderLine.email', 'a column behind it that is pii'],
  ]);
});

test('finds a scope on a field without a mark', () => {
  const column = 'name: email, logicalType: string, classification: internal';

  expect(driftOf([column], 'email: String @requiresScopes(scopes: [["a"]])')).toEqual([
    ['OrderLine.email', '@tag(name: "pii") or @tag(name: "restricted")'],
  ]);
});

test('lets root fields and whole types ask for scopes that are about no class', () => {
  const types = `
    type Mutation { change: Int @requiresScopes(scopes: [["orders:write"]]) }
    type Extra @requiresScopes(scopes: [["extra:read"]]) { a: Int }
  `;

  expect(driftOf([], '', types)).toEqual([]);
});

test('holds the scopes of the contract against those of the SDL', () => {
  const column = `${personal}, customProperties: [{ property: policy, value: { requiresScopes: [["a", "b"], ["c"]] } }]`;
  const fields = (scopes: string) =>
    `email: String @tag(name: "pii") @requiresScopes(scopes: ${scopes})`;

  expect(driftOf([column], fields('[["a", "b"], ["c"]]'))).toEqual([]);
  expect(driftOf([column], fields('[["a"]]'))).toEqual([
    ['order_line.email', '@requiresScopes(scopes: [["a","b"],["c"]])'],
  ]);
});

test.each(['personal', 'restricted'])('refuses a key that is %s', (classification) => {
  const column = `name: account_id, logicalType: string, classification: ${classification}, customProperties: [{ property: graphqlField, value: OrderLine.account.id }]`;
  const types = `type Account @key(fields: "id", resolvable: false) { id: ID! }`;

  expect(driftOf([column], 'account: Account', types)).toContainEqual([
    'order_line.account_id',
    'a key that is public or internal',
  ]);
});

test('refuses marks on a key field, because they would guard the key in every subgraph', () => {
  expect(driftOf([], '', 'type Account @key(fields: "id") { id: ID! @authenticated }')).toEqual([
    ['Account.id', 'a key field without marks'],
  ]);
});

const guardedProfit = 'profit: Decimal @tag(name: "restricted") @requiresScopes(scopes: [["a"]])';
const askedBy = (...inputs: string[]) =>
  `${restricted}, customProperties: [{ property: graphqlInputs, value: [${inputs.join(', ')}] }]`;

test('wants the mark of a column on what one can filter or sort by it', () => {
  const column = askedBy('Filter.gain', 'Sort.GAIN_ASC', 'Sort.GAIN_DESC');
  const types = 'input Filter { gain: Int @tag(name: "restricted") } enum Sort { GAIN_ASC }';

  expect(driftOf([column], guardedProfit, types)).toEqual([
    ['order_line.profit', '@tag(name: "restricted") on Sort.GAIN_ASC'],
    ['order_line.profit', 'the input Sort.GAIN_DESC'],
  ]);
});

test('finds an input by the name of a classified column, unless it is one that is written', () => {
  const types = `
    input Filter { profit: Int } input Change { profit: Int more: [Nested] } input Nested { profit: Int }
    enum Sort { PROFIT_DESC PROFITABLE } type Mutation { change(input: [Change!]!, profit: Int): Int }
    type Query { lines(profit: Int, profits: Int): Int }
  `;

  expect(driftOf([restricted], guardedProfit, types)).toEqual([
    ['order_line.profit', 'Filter.profit among its graphqlInputs'],
    ['order_line.profit', 'Sort.PROFIT_DESC among its graphqlInputs'],
    ['order_line.profit', 'Query.lines(profit:) among its graphqlInputs'],
  ]);
});

test('finds a mark on an input that no classified column names', () => {
  const types = 'input Filter { gain: Int @tag(name: "restricted") }';

  expect(driftOf([restricted], guardedProfit, types)).toEqual([
    ['Filter.gain', 'a column that is restricted and names it in graphqlInputs'],
  ]);
});
