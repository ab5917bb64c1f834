import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createPool, type PostgresPool } from '../../../../shared/postgres/create-pool.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres.ts';

let database: TestDatabase;
let pool: PostgresPool;

const settings = { size: 1, statementTimeoutMs: 1000, applicationName: 'pool test' };

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ ...settings, url: database.adminUrl });
});

afterAll(async () => {
  await pool.close();
  await database.drop();
});

test('values that JavaScript cannot hold exactly come back as Postgres writes them', async () => {
  const rows = await pool.query(`SELECT
    12345678901234567890.123456789012345678901234567890::numeric AS numeric,
    9007199254740993::int8 AS int8,
    DATE '2017-11-09' AS date,
    TIMESTAMP '2017-11-09 23:59:59.123456' AS timestamp,
    (TIMESTAMPTZ '2017-11-09 23:59:59.123456+00' AT TIME ZONE 'UTC')::text || '+00' AS timestamptz,
    ARRAY[0.1, 2.50]::numeric[] AS numerics,
    ARRAY[9007199254740993]::int8[] AS int8s,
    ARRAY[DATE '2017-11-09'] AS dates`);

  expect(rows).toEqual([
    {
      numeric: '12345678901234567890.123456789012345678901234567890',
      int8: '9007199254740993',
      date: '2017-11-09',
      timestamp: '2017-11-09 23:59:59.123456',
      timestamptz: '2017-11-09 23:59:59.123456+00',
      numerics: ['0.1', '2.50'],
      int8s: ['9007199254740993'],
      dates: ['2017-11-09'],
    },
  ]);
});

test('a timestamptz comes back as a text', async () => {
  const [row] = await pool.query<{ moment: unknown }>(`SELECT now() AS moment`);

  expect(row?.moment).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d/);
});

test('a statement over its time limit is stopped and the connection stays usable', async () => {
  await expect(pool.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    cause: { code: '57014' },
  });

  expect(await pool.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('waiting for a connection ends with an error', async () => {
  const small = createPool({ ...settings, url: database.adminUrl, connectTimeoutMs: 500 });
  onTestFinished(() => small.close());
  const held = await small.connect();

  const waiting = small.connect();

  await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  held.release('reusable');
});

test('a database that is not there is an error of the first use, not of the start', async () => {
  const lost = createPool({ ...settings, url: 'postgresql://nobody@127.0.0.1:1/nothing' });
  onTestFinished(() => lost.close());

  await expect(lost.query('SELECT 1')).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('an idle connection that the server ends is reported and replaced', async () => {
  let report = (_error: Error) => {};
  const reported = new Promise<Error>((resolve) => {
    report = resolve;
  });
  const watched = createPool({ ...settings, url: database.adminUrl, onIdleError: report });
  onTestFinished(() => watched.close());
  const [backend] = await watched.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');

  await pool.query('SELECT pg_terminate_backend($1)', [backend?.pid]);

  expect((await reported).message).toContain('terminating connection');
  expect(await watched.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('the application name shows who holds a connection', async () => {
  expect(await pool.query('SHOW application_name')).toEqual([{ application_name: 'pool test' }]);
});
