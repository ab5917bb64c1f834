import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { createPool, type PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { migrateControlSchema } from '../../control/database/migrate-control-schema.ts';
import type { CommandTools } from '../command-tools.ts';
import { findLocalDatabase } from '../local/database/local-database.ts';

const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * Runs a command on the database of the control plane: that of `DATABASE_URL`, otherwise that of
 * the mesh which runs on a data folder. The URL is no option, because it holds a password.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when there is neither; `DATABASE_UNAVAILABLE`; what
 *   migrating and `work` throw.
 */
export async function withControlDatabase<Result>(
  dataFolder: string,
  env: CommandTools['env'],
  work: (pool: PostgresPool) => Promise<Result>,
): Promise<Result> {
  const url = env.DATABASE_URL ?? (await findLocalDatabase(dataFolder))?.adminUrl;
  if (url === undefined) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected the database of the gateways, but DATABASE_URL is not set and no mesh runs on ${dataFolder}. Set it as the gateways have it, or name the folder of a running mesh with --data.`,
    });
  }
  await migrateControlSchema(url);
  const pool = createPool({
    url,
    size: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    applicationName: 'meshgate-command',
  });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}
