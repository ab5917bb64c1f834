import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool, type PostgresPool } from '../../../../shared/postgres/create-pool.ts';
import { inTransaction } from '../../../../shared/postgres/in-transaction.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres.ts';

let database: TestDatabase;
let pool: PostgresPool;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.run('CREATE TABLE note (id int PRIMARY KEY, text text)');
  pool = createPool({
    url: database.adminUrl,
    size: 2,
    statementTimeoutMs: 2000,
    applicationName: 'test',
  });
});

afterAll(async () => {
  await pool.close();
  await database.drop();
});

test('commits what the work wrote when it resolves', async () => {
  await inTransaction(pool, (client) => client.query("INSERT INTO note VALUES (1, 'kept')"));

  expect(await pool.query('SELECT text FROM note WHERE id = 1')).toEqual([{ text: 'kept' }]);
});

test('rolls back what the work wrote when it throws, and passes the error on', async () => {
  const failure = new Error('No.');

  const running = inTransaction(pool, async (client) => {
    await client.query("INSERT INTO note VALUES (2, 'lost')");
    throw failure;
  });

  await expect(running).rejects.toBe(failure);
  expect(await pool.query('SELECT text FROM note WHERE id = 2')).toEqual([]);
});

test('sets run-time parameters for the transaction and leaves none on the connection', async () => {
  const tricky = `{"name": "O'Neill \\\\ \\"x\\""}`;
  const read = `SELECT current_setting('mesh.claims', true) AS claims, pg_backend_pid() AS pid`;

  const inside = await inTransaction(pool, (client) => client.query(read), {
    mode: 'read-only',
    parameters: { 'mesh.claims': tricky },
  });
  const afterwards = await pool.query(read);

  expect(inside).toMatchObject([{ claims: tricky }]);
  expect(afterwards).toEqual([{ claims: '', pid: (inside[0] as { pid: number }).pid }]);
});

test('refuses to write in a read-only transaction', async () => {
  const running = inTransaction(pool, (client) => client.query('DELETE FROM note'), {
    mode: 'read-only',
  });

  await expect(running).rejects.toMatchObject({ code: 'INTERNAL_ERROR', cause: { code: '25006' } });
});
