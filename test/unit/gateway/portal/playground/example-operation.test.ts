import { expect, test } from 'vitest';
import {
  type ExampleOperation,
  firstExamples,
  formatVariables,
  groupByProduct,
  isOpenToAll,
  tokenCommand,
} from '../../../../../gateway/portal/playground/example-operation.ts';

const example: ExampleOperation = {
  product: 'orders',
  title: 'Sales by region',
  query: 'query SalesByRegion { salesBy(groupBy: REGION) { key } }',
  variables: null,
  scopes: [],
  claims: {},
};

test('examples are grouped by product, and the first of each opens', () => {
  const first = { ...example, title: 'first' };
  const second = { ...example, title: 'second' };
  const other = { ...example, product: 'accounts' };

  expect(groupByProduct([first, other, second])).toEqual([
    ['orders', [first, second]],
    ['accounts', [other]],
  ]);
  expect(firstExamples([first, other, second])).toEqual([first, other]);
});

test('variables are shown as JSON, and not at all when there are none', () => {
  expect(formatVariables({ ...example, variables: { first: 5 } })).toBe('{\n  "first": 5\n}');
  expect(formatVariables({ ...example, variables: {} })).toBe('');
  expect(formatVariables(example)).toBe('');
});

test('an example without scopes and claims is open to all', () => {
  expect(isOpenToAll(example)).toBe(true);
  expect(isOpenToAll({ ...example, scopes: ['orders:read'] })).toBe(false);
  expect(isOpenToAll({ ...example, claims: { regions: ['West'] } })).toBe(false);
});

test('the token command holds all scopes and claims, quoted for a shell', () => {
  const needs = {
    scopes: ['orders:read', 'orders:margin'],
    claims: { regions: ['West', 'East'], owner: ["O'Neil"] },
  };

  expect(tokenCommand({ ...example, ...needs })).toBe(
    "npx meshgate token --sub you@acme.example --scope 'orders:read orders:margin' --claim regions=West,East --claim 'owner=O'\\''Neil'",
  );
});
