import { fileURLToPath } from 'node:url';

import { PROJECT_ROOT } from '../../../shared/lang/project-root.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../shared/postgres/open-administrator.ts';
import { applySqlFiles } from './apply-sql-files.ts';
import { readSqlFolder } from './sql-files.ts';

/** Where the files are: a new one with the next number is applied at the next start. */
const MIGRATIONS = 'gateway/control/database/migrations';
const OWNER = 'meshgate';

/** Key of the advisory lock, the letters "gate" read as one number. */
const CONTROL_LOCK = 0x67617465;

const LEDGER = `
SET LOCAL client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS meshgate;
CREATE TABLE IF NOT EXISTS meshgate.migration (
  owner text NOT NULL,
  file text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (owner, file)
);
`;

/**
 * Brings the schema `meshgate`, where the control plane keeps its state, up to date.
 *
 * Safe to run at any time and from several processes at once: one works, the others wait. Where
 * nothing is to be done, a role is enough that may only read the schema.
 *
 * @param url Connection URL of a role that owns the schema, or may create it.
 * @returns Names of the files applied now.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`; `MIGRATION_CHANGED` and `PIPELINE_FAILED`, as
 *   `applySqlFiles` says.
 */
export async function migrateControlSchema(url: string): Promise<readonly string[]> {
  const files = await readSqlFolder(fileURLToPath(new URL(`${MIGRATIONS}/`, PROJECT_ROOT)));
  const administrator = await openAdministrator(url);
  try {
    await administrator.query('SELECT pg_advisory_lock($1)', [CONTROL_LOCK]);
    await createLedger(administrator);
    const ledger = { table: 'meshgate.migration', ownerColumn: 'owner' };
    return await applySqlFiles(administrator, { owner: OWNER, ledger, folder: MIGRATIONS, files });
  } finally {
    // Ending the session also gives the lock back.
    await administrator.close();
  }
}

async function createLedger(administrator: Administrator): Promise<void> {
  const [known] = await administrator.query<{ known: boolean }>(
    "SELECT to_regclass('meshgate.migration') IS NOT NULL AS known",
  );
  if (known?.known === true) return;
  await administrator.transaction(() => administrator.runScript(LEDGER));
}
