import { fileURLToPath } from 'node:url';

import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';

import {
  type PlatformProgress,
  preparePlatform,
} from '../../../../../gateway/control/pipeline/prepare-platform.ts';
import { createTestDatabase } from '../../../../support/postgres.ts';
import {
  createSource,
  createStockProduct,
  STOCK,
  type StockProduct,
  sourceLine,
  TWO_LINES,
} from '../../../../support/stock-product.ts';

async function setUp(files: Readonly<Record<string, string>> = STOCK) {
  const product = await createStockProduct(files);
  onTestFinished(() => product.drop());
  return product;
}

test('fills the schema of a product from the source lines', async () => {
  const product = await setUp();

  const report = await product.prepare();

  expect(report).toEqual({
    landingRows: 2,
    landingLoaded: true,
    migrationsApplied: [{ product: product.name, file: '0001-item.sql' }],
    rowRulesApplied: [],
    pipelinesRun: [
      { product: product.name, file: '0001-item.sql', rows: 2, durationMs: expect.any(Number) },
    ],
  });
  expect(await product.ask(`SELECT * FROM "${product.name}".item ORDER BY id`)).toEqual([
    { id: 1, region: 'South', sales: '261.96' },
    { id: 2, region: 'West', sales: '731.94' },
  ]);
});

test('keeps the text of the source as it is, quotes and commas included', async () => {
  const product = await setUp();

  await product.prepare();

  expect(
    await product.ask('SELECT DISTINCT product_name, postal_code FROM landing.superstore_line'),
  ).toEqual([{ product_name: 'A "tall" case, oak', postal_code: '42420' }]);
});

test('does nothing the second time', async () => {
  const product = await setUp();
  await product.prepare();

  const events: PlatformProgress[] = [];
  const report = await product.prepare({ onProgress: (event) => events.push(event) });

  expect(report).toEqual({
    landingRows: 2,
    landingLoaded: false,
    migrationsApplied: [],
    rowRulesApplied: [],
    pipelinesRun: [],
  });
  expect(events).toEqual([]);
});

test('runs a pipeline again when its text has changed, and the later ones of the product too', async () => {
  const product = await setUp({
    ...STOCK,
    'pipeline/0002-total.sql': 'UPDATE item SET sales = sales + 1;',
  });
  await product.prepare();
  await product.write({
    'pipeline/0001-item.sql': `TRUNCATE item; INSERT INTO item VALUES (9, 'West', 1);`,
  });

  const report = await product.prepare();

  expect(report.pipelinesRun.map(({ file, rows }) => [file, rows])).toEqual([
    ['0001-item.sql', 1],
    ['0002-total.sql', 1],
  ]);
});

test('leaves earlier pipelines alone when a later one has changed', async () => {
  const second = 'pipeline/0002-total.sql';
  const product = await setUp({ ...STOCK, [second]: 'SELECT 1;' });
  await product.prepare();
  await product.write({ [second]: 'SELECT 2;' });

  const report = await product.prepare();

  expect(report.pipelinesRun.map(({ file }) => file)).toEqual(['0002-total.sql']);
});

test('loads and runs again when the source has changed', async () => {
  const product = await setUp();
  await product.prepare();
  const source = await createSource([...TWO_LINES, sourceLine(3, 'East', '1.00')]);

  const report = await product.prepare({ source });

  expect(report).toMatchObject({ landingRows: 3, landingLoaded: true });
  expect(report.pipelinesRun.map(({ rows }) => rows)).toEqual([3]);
});

test('refuses a source that lacks lines and keeps what was loaded before', async () => {
  const product = await setUp();
  await product.prepare();
  const source = await createSource([], 2);

  const attempt = product.prepare({ source });

  await expect(attempt).rejects.toMatchObject({
    code: 'PIPELINE_FAILED',
    message: expect.stringMatching(
      /^Expected 2 lines for landing\.superstore_line, but .* holds 0\./,
    ),
  });
  expect(await product.ask('SELECT count(*)::int FROM landing.superstore_line')).toEqual([
    { count: 2 },
  ]);
});

test('refuses an applied migration that was edited and says what to do', async () => {
  const product = await setUp();
  await product.prepare();
  await product.write({ 'migrations/0001-item.sql': 'SELECT 1;' });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
    message: expect.stringContaining('put the change into a new migration with the next number'),
  });
});

test('refuses a new migration whose number is below that of an applied one', async () => {
  const product = await setUp({
    ...STOCK,
    'migrations/0003-more.sql': 'SELECT 1;',
  });
  await product.prepare();
  await product.write({ 'migrations/0002-late.sql': 'SELECT 1;' });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
    message: expect.stringContaining('but found 0002-late.sql. Give it a higher number.'),
  });
});

test('names file, line and reason when a migration fails, and keeps nothing of it', async () => {
  const product = await setUp({
    ...STOCK,
    'migrations/0002-broken.sql': 'CREATE TABLE half (id int);\nSELECT nonsense;',
  });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'PIPELINE_FAILED',
    message: expect.stringMatching(
      /migrations\/0002-broken\.sql:2: column "nonsense" does not exist \(SQLSTATE 42703\)/,
    ),
  });
  expect(
    await product.ask(
      `SELECT to_regclass('"${product.name}".half') AS half, array_agg(file) AS applied FROM mesh.migration`,
    ),
  ).toEqual([{ half: null, applied: ['0001-item.sql'] }]);
});

test('records a pipeline that fails, rolls it back and runs it again when it is corrected', async () => {
  const product = await setUp({
    ...STOCK,
    'pipeline/0001-item.sql': `INSERT INTO item VALUES (1, 'West', 1), (1, 'West', 1);`,
  });
  await expect(product.prepare()).rejects.toMatchObject({ code: 'PIPELINE_FAILED' });
  await product.write({ 'pipeline/0001-item.sql': STOCK['pipeline/0001-item.sql'] });

  await product.prepare();

  expect(
    await product.ask('SELECT outcome, rows::int, problem FROM mesh.pipeline_run ORDER BY id'),
  ).toEqual([
    { outcome: 'failed', rows: 0, problem: expect.stringContaining('SQLSTATE 23505') },
    { outcome: 'succeeded', rows: 2, problem: null },
  ]);
});

test('lets one of several processes work while the others wait', async () => {
  const product = await setUp();

  const reports = await Promise.all([product.prepare(), product.prepare(), product.prepare()]);

  expect(reports.map((report) => report.pipelinesRun.length).toSorted()).toEqual([0, 0, 1]);
});

test('waits for another database of the server that changes the same role', async () => {
  const product = await setUp();
  await product.prepare();
  const other = await createTestDatabase();
  onTestFinished(() => other.drop());
  const client = new pg.Client({ connectionString: other.adminUrl });
  await client.connect();
  await client.query(`BEGIN; ALTER ROLE "${product.name}" CONNECTION LIMIT 7`);

  const prepared = product.prepare();
  await untilWaiting(product);
  await client.query('COMMIT');
  await client.end();

  await expect(prepared).resolves.toMatchObject({ pipelinesRun: [] });
  expect(
    await product.ask(`SELECT rolconnlimit FROM pg_roles WHERE rolname = '${product.name}'`),
  ).toEqual([{ rolconnlimit: 40 }]);
});

/** Resolves when a session of the product's database waits for a lock. */
async function untilWaiting(product: StockProduct): Promise<void> {
  const waiting = () =>
    product.ask(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  while ((await waiting()).length === 0);
}

test('refuses a role that could step around row-level security', async () => {
  const product = await setUp();
  await product.database.run(`CREATE ROLE "${product.name}" LOGIN BYPASSRLS`);

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('bypass of row-level security'),
  });
});

test('names host and database, never the password, when the database is not there', async () => {
  const product = await setUp();
  const url = 'postgresql://postgres:secret@127.0.0.1:1/mesh';

  const attempt = preparePlatform(url, [{ product: product.name, password: 'x' }], {
    productsFolder: product.folder,
  });

  await expect(attempt).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringMatching(/127\.0\.0\.1:1\/mesh(?!.*secret)/s),
  });
});

test('lands all lines of the shipped package, with its sums to the last digit', async () => {
  const product = await setUp();
  const productsFolder = fileURLToPath(new URL('../../../../../subgraphs', import.meta.url));

  const report = await preparePlatform(product.database.adminUrl, [], { productsFolder });

  expect(report.landingRows).toBe(9994);
  expect(
    await product.ask(
      `SELECT count(*)::int AS lines, count(DISTINCT order_id)::int AS orders,
              sum(sales)::text AS sales, sum(profit)::text AS profit FROM landing.superstore_line`,
    ),
  ).toEqual([{ lines: 9994, orders: 5009, sales: '2297200.8603', profit: '286397.0217' }]);
});
