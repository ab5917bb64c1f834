import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { readProductFiles } from '../../../../gateway/control/pipeline/product-files.ts';
import { runPipelines } from '../../../../gateway/control/pipeline/run-pipelines.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../../support/mesh-database.ts';
import { findTestServer } from '../../../support/postgres.ts';

const subgraphs = fileURLToPath(new URL('../../../../subgraphs', import.meta.url));

let database: MeshDatabase;
let administrator: Administrator;
beforeEach(async () => {
  database = await createMeshDatabase(await findTestServer(), ['accounts']);
  administrator = await openAdministrator(database.adminUrl);
});
afterEach(async () => {
  await administrator.close();
  await database.drop();
});

const runAgain = async (landingChecksum: string) =>
  runPipelines(administrator, await readProductFiles(subgraphs, 'accounts'), landingChecksum);

const readAccount = async (id: string) => {
  const [account] = await administrator.query<Record<string, unknown>>(
    'SELECT * FROM accounts.account WHERE id = $1',
    [id],
  );
  return account;
};

const countAccounts = async () => {
  const [row] = await administrator.query<{ accounts: number }>(
    'SELECT count(*)::int AS accounts FROM accounts.account',
  );
  return row?.accounts;
};

test('a second run over the same lines changes nothing', async () => {
  const before = await administrator.query('SELECT * FROM accounts.account ORDER BY id');

  await runAgain('the same lines');

  expect(await administrator.query('SELECT * FROM accounts.account ORDER BY id')).toEqual(before);
});

test('a later run keeps contact data that was replaced, and takes name and segment from the source', async () => {
  await administrator.runScript(
    `UPDATE accounts.account
     SET email = 'kept@example.com', phone = '+4930123456', contact_updated_at = '2026-02-16T12:00:00Z'
     WHERE id = 'A-12520';
     UPDATE landing.superstore_line SET customer_name = 'Claire Good', segment = 'Corporate'
     WHERE customer_id = 'CG-12520'`,
  );
  const before = await readAccount('A-12520');

  await runAgain('renamed');

  expect(await readAccount('A-12520')).toEqual({
    ...before,
    name: 'Claire Good',
    market_segment: 'Corporate',
  });
});

test('a later run makes synthetic contact data anew where nobody has replaced it', async () => {
  const before = await readAccount('A-12520');
  await administrator.runScript(
    "UPDATE accounts.account SET email = 'drifted@example.com' WHERE id = 'A-12520'",
  );

  await runAgain('drifted');

  expect(await readAccount('A-12520')).toEqual(before);
});

test('a customer who left the source is forgotten, contact data included', async () => {
  await administrator.runScript(
    `UPDATE accounts.account SET contact_updated_at = now() WHERE id = 'A-12520';
     DELETE FROM landing.superstore_line WHERE customer_id = 'CG-12520'`,
  );

  await runAgain('left');

  expect(await readAccount('A-12520')).toBeUndefined();
  expect(await countAccounts()).toBe(792);
});

test('an empty landing table forgets nobody', async () => {
  await administrator.runScript('DELETE FROM landing.superstore_line');

  await runAgain('empty');

  expect(await countAccounts()).toBe(793);
});

test('a customer with two segments stops the run and leaves every account as it was', async () => {
  await administrator.runScript(
    `UPDATE landing.superstore_line SET segment = 'Home Office'
     WHERE row_id = (SELECT min(row_id) FROM landing.superstore_line WHERE customer_id = 'CG-12520')`,
  );

  await expect(runAgain('contradiction')).rejects.toMatchObject({ code: 'PIPELINE_FAILED' });

  expect(await readAccount('A-12520')).toMatchObject({ market_segment: 'Consumer' });
});

test.each([
  "UPDATE accounts.account SET name = 'x'",
  "UPDATE accounts.account SET market_segment = 'Consumer'",
  'DELETE FROM accounts.account',
  'DELETE FROM accounts.idempotency_key',
  'CREATE TABLE accounts.own (id int)',
  'SELECT FROM landing.superstore_line',
])('the role of the product may not run %s', async (statement) => {
  const role = await openAdministrator(database.urlOf('accounts'));

  const refused = expect(role.query(statement)).rejects.toThrow(/permission denied/);

  await refused.finally(() => role.close());
});
