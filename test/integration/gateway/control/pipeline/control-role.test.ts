import { afterAll, beforeAll, expect, test } from 'vitest';

import { migrateControlSchema } from '../../../../../gateway/control/database/migrate-control-schema.ts';
import {
  CONTROL_ROLE,
  createControlRole,
} from '../../../../../gateway/control/pipeline/control-role.ts';
import { openAdministrator } from '../../../../../shared/postgres/open-administrator.ts';
import { createTestDatabase, type TestDatabase } from '../../../../support/postgres.ts';

const PASSWORD = 'a password: of this test/';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.run('CREATE SCHEMA landing; CREATE TABLE landing.superstore_line (id int)');
});
afterAll(async () => {
  await database.run(`ALTER ROLE ${CONTROL_ROLE} NOCREATEROLE`);
  await database.drop();
});

async function create(): Promise<void> {
  const administrator = await openAdministrator(database.adminUrl);
  try {
    await createControlRole(administrator, PASSWORD);
  } finally {
    await administrator.close();
  }
}

function urlOfRole(): string {
  const url = new URL(database.adminUrl);
  url.username = CONTROL_ROLE;
  url.password = encodeURIComponent(PASSWORD);
  return url.href;
}

test('the role of the control plane makes its schema and reads nothing of a data product', async () => {
  await create();
  await create();

  const applied = await migrateControlSchema(urlOfRole());
  const role = await openAdministrator(urlOfRole());
  const keys = await role.query('SELECT count(*)::int AS keys FROM meshgate.api_key');
  const lines = role.query('SELECT * FROM landing.superstore_line');

  expect(applied.length).toBeGreaterThan(5);
  expect(keys).toEqual([{ keys: 0 }]);
  await expect(lines).rejects.toMatchObject({ cause: { code: '42501' } });
  await role.close();
});

test('a role of that name that may do more is left as it is', async () => {
  await create();
  await database.run(`ALTER ROLE ${CONTROL_ROLE} CREATEROLE`);

  await expect(create()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('Expected the database role meshgate to have no rights'),
  });
});
