import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';

import { preparePlatform } from '../../../gateway/control/pipeline/prepare-platform.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

const NAMES = ['orders', 'shipments', 'forecast'];
const TABLES = [
  ['orders', 'order'],
  ['orders', 'order_line'],
  ['orders', 'return_line'],
  ['shipments', 'shipment'],
  ['forecast', 'monthly_figures'],
  ['forecast', 'forecast_month'],
  ['forecast', 'forecast_accuracy'],
] as const;
const CLAIMS = [
  { regions: ['West'] },
  { regions: ['South', 'East'] },
  { regions: ['West', 'East', 'Central', 'South'] },
  { regions: ['Nowhere'] },
  { regions: [] },
  {},
];
const subgraphs = fileURLToPath(new URL('../../../subgraphs', import.meta.url));
const access = NAMES.map((product) => ({ product, password: `test-password-of-${product}` }));

/** The products as they were while their migrations held the policies. */
async function copyWithoutRules(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-products-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of NAMES) {
    await cp(join(subgraphs, name), join(folder, name), { recursive: true });
    const descriptor = join(folder, name, 'product.odps.yaml');
    const text = await readFile(descriptor, 'utf8');
    await writeFile(descriptor, text.replace('property: rowRules', 'property: formerRules'));
    for (const file of await readdir(join(folder, name, 'migrations'))) {
      if (file.endsWith('-row-rules.sql')) await rm(join(folder, name, 'migrations', file));
    }
  }
  return folder;
}

async function runAsAdministrator(database: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What the role of each product sees of each table: how many rows, and a digest of them. */
async function readRows(database: TestDatabase, claims: object): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const [product, table] of TABLES) {
    const url = new URL(database.adminUrl);
    url.username = product;
    url.password = `test-password-of-${product}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(`SELECT set_config('mesh.claims', $1, false)`, [JSON.stringify(claims)]);
      const { rows } = await client.query(
        `SELECT count(*)::int AS rows, md5(string_agg(id::text || region, ',' ORDER BY id)) AS digest
         FROM ${product}."${table}"`,
      );
      seen.push({ table: `${product}.${table}`, ...rows[0] });
    } finally {
      await client.end();
    }
  }
  return seen;
}

test('callers of a database with the policies of earlier migrations see the same rows afterwards', async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  await preparePlatform(database.adminUrl, access, { productsFolder: await copyWithoutRules() });
  await runAsAdministrator(
    database,
    `INSERT INTO orders.return_line (order_line_id, region, quantity, reason)
     SELECT id, region, 1, 'DAMAGED' FROM orders.order_line WHERE id <= 40`,
  );
  const before = await Promise.all(CLAIMS.map((claims) => readRows(database, claims)));

  const report = await preparePlatform(database.adminUrl, access, { productsFolder: subgraphs });

  expect(report.rowRulesApplied).toEqual(NAMES);
  expect(await Promise.all(CLAIMS.map((claims) => readRows(database, claims)))).toEqual(before);
  const rowsOf = (index: number) =>
    (before[index] ?? []).map((one) => (one as { rows: number }).rows);
  expect(Math.min(...rowsOf(2))).toBeGreaterThan(0);
  expect([rowsOf(3), rowsOf(4), rowsOf(5)].flat()).toEqual(Array(21).fill(0));
  expect(
    await runAsAdministrator(
      database,
      `SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
       WHERE relnamespace::regnamespace::text IN ('orders', 'shipments', 'forecast')
         AND relkind IN ('r', 'p', 'v', 'm') AND attname = 'region' AND NOT relrowsecurity`,
    ),
    'tables with a region that show every row',
  ).toEqual([]);
  const again = await preparePlatform(database.adminUrl, access, { productsFolder: subgraphs });
  expect(again).toMatchObject({ migrationsApplied: [], rowRulesApplied: [], pipelinesRun: [] });
});
