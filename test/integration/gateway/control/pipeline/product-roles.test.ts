import { afterAll, beforeAll, expect, test } from 'vitest';

import { createStockProduct, type StockProduct } from '../../../../support/stock-product.ts';

let product: StockProduct;

beforeAll(async () => {
  product = await createStockProduct();
  await product.prepare();
});
afterAll(() => product.drop());

test('shows a runtime role the rows of its claims and none without', async () => {
  const count = 'SELECT array_agg(region ORDER BY region) AS seen FROM item';
  const withClaims = (claims: string) =>
    product.askAsRole('BEGIN', `SELECT set_config('mesh.claims', '${claims}', true)`, count);

  expect(await withClaims('{"regions":["West"]}')).toEqual([{ seen: ['West'] }]);
  expect(await withClaims('{"regions":["West","South"]}')).toEqual([{ seen: ['South', 'West'] }]);
  expect(await withClaims('{"regions":"West"}')).toEqual([{ seen: null }]);
  expect(await withClaims('{"regions":null}')).toEqual([{ seen: null }]);
  expect(await withClaims('{}')).toEqual([{ seen: null }]);
  expect(await product.askAsRole(count)).toEqual([{ seen: null }]);
});

test.each([
  ['write where it may only read', 'INSERT INTO item VALUES (7, $$West$$, 1)'],
  ['create a table in its schema', 'CREATE TABLE mine (id int)'],
  ['create a temporary table', 'CREATE TEMPORARY TABLE mine (id int)'],
  ['create a schema', 'CREATE SCHEMA mine'],
  ['read the source lines', 'SELECT * FROM landing.superstore_line'],
  ['read what the platform records', 'SELECT * FROM mesh.pipeline_run'],
  ['switch row-level security off', 'ALTER TABLE item DISABLE ROW LEVEL SECURITY'],
  ['become the administrator', 'SET ROLE postgres'],
])('does not let a runtime role %s', async (_, statement) => {
  await expect(product.askAsRole(statement)).rejects.toMatchObject({ code: '42501' });
});

test('bounds what a runtime role may use', async () => {
  expect(
    await product.askAsRole(`SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS limit,
              rolconnlimit, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user`),
  ).toEqual([
    {
      path: `"${product.name}"`,
      limit: '15s',
      rolconnlimit: 40,
      rolsuper: false,
      rolbypassrls: false,
    },
  ]);
});

test('answers has_claim_value with false, never with null', async () => {
  const answers = await product.ask(
    'BEGIN',
    `SELECT set_config('mesh.claims', '{"regions":["West",null]}', true)`,
    `SELECT mesh.has_claim_value('regions', 'West') AS yes, mesh.has_claim_value('regions', 'East') AS other,
            mesh.has_claim_value('teams', 'a') AS missing, mesh.has_claim_value('regions', null) AS nothing`,
  );

  expect(answers).toEqual([{ yes: true, other: false, missing: false, nothing: false }]);
});

test('stores a password that PostgreSQL itself accepts as a SCRAM secret', async () => {
  expect(
    await product.ask(
      `SELECT rolpassword LIKE 'SCRAM-SHA-256$4096:%' AS stored FROM pg_authid WHERE rolname = '${product.name}'`,
    ),
  ).toEqual([{ stored: true }]);
});
