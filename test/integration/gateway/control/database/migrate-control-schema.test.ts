import { expect, onTestFinished, test } from 'vitest';

import { migrateControlSchema } from '../../../../../gateway/control/database/migrate-control-schema.ts';
import { createTestDatabase } from '../../../../support/postgres.ts';

async function createDatabase() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return database;
}

test('makes the schema once, whoever comes at the same time', async () => {
  const { adminUrl } = await createDatabase();

  const applied = await Promise.all([1, 2, 3].map(() => migrateControlSchema(adminUrl)));

  const counts = applied.map((files) => files.length).toSorted((left, right) => left - right);
  expect(counts).toEqual([0, 0, expect.any(Number)]);
  expect(applied.flat().slice(0, 2)).toEqual(['0001-changes.sql', '0002-credentials.sql']);
});

test('a role that may only read is enough once the schema is there', async () => {
  const database = await createDatabase();
  await migrateControlSchema(database.adminUrl);
  const role = await database.createRole('reader');
  await database.run(
    `GRANT USAGE ON SCHEMA meshgate TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA meshgate TO ${role}`,
  );

  expect(await migrateControlSchema(database.urlFor(role))).toEqual([]);
});

test('refuses a schema that was made from other files', async () => {
  const database = await createDatabase();
  await migrateControlSchema(database.adminUrl);
  await database.run("UPDATE meshgate.migration SET checksum = 'x' WHERE file LIKE '0001%'");

  await expect(migrateControlSchema(database.adminUrl)).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
    message: expect.stringContaining('gateway/control/database/migrations/0001-changes.sql'),
  });
});
