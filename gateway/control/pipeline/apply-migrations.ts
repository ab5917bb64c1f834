import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  type Administrator,
  quoteIdentifier,
} from '../../../shared/postgres/open-administrator.ts';
import type { ProductFiles, SqlFile } from './product-files.ts';
import { toScriptError } from './to-script-error.ts';

/**
 * Applies the migrations of a product that are not applied yet, each in a transaction of its own.
 *
 * @param onApplied Called after each one, with its file name.
 * @returns Names of the files applied now, in order.
 * @throws {MeshgateError} `MIGRATION_CHANGED` when an applied file was edited, or a new one
 *   has a number below one that is applied; `PIPELINE_FAILED` when PostgreSQL refuses one,
 *   which then leaves nothing behind.
 */
export async function applyMigrations(
  administrator: Administrator,
  { product, migrations }: ProductFiles,
  onApplied: (file: string) => void = () => undefined,
): Promise<readonly string[]> {
  const recorded = await administrator.query<{ file: string; checksum: string }>(
    'SELECT file, checksum FROM mesh.migration WHERE product = $1 ORDER BY file',
    [product],
  );
  const applied = new Map(recorded.map(({ file, checksum }) => [file, checksum]));
  const pending = migrations.filter((migration) => !applied.has(migration.name));
  assertUnchanged(product, migrations, applied);
  assertInOrder(product, pending, recorded.at(-1)?.file ?? '');

  for (const migration of pending) {
    await applyMigration(administrator, product, migration);
    onApplied(migration.name);
  }
  return pending.map(({ name }) => name);
}

async function applyMigration(
  administrator: Administrator,
  product: string,
  migration: SqlFile,
): Promise<void> {
  try {
    await administrator.transaction(async () => {
      await administrator.runScript(`SET LOCAL search_path = ${quoteIdentifier(product)}`);
      await administrator.runScript(migration.text);
      await administrator.query(
        'INSERT INTO mesh.migration (product, file, checksum) VALUES ($1, $2, $3)',
        [product, migration.name, migration.checksum],
      );
    });
  } catch (error) {
    throw toScriptError(error, `subgraphs/${product}/migrations/${migration.name}`, migration.text);
  }
}

function assertUnchanged(
  product: string,
  migrations: readonly SqlFile[],
  applied: ReadonlyMap<string, string>,
): void {
  for (const { name, checksum } of migrations) {
    const before = applied.get(name);
    if (before === undefined || before === checksum) continue;
    throw new MeshgateError('MIGRATION_CHANGED', {
      message: `Expected subgraphs/${product}/migrations/${name} to be as it was when it was applied (SHA-256 ${before.slice(0, 12)}…), but it was edited since (${checksum.slice(0, 12)}…). Restore it and put the change into a new migration with the next number; a development database can also be deleted and made anew.`,
    });
  }
}

function assertInOrder(product: string, pending: readonly SqlFile[], latest: string): void {
  const late = pending.find(({ name }) => name < latest);
  if (late === undefined) return;
  throw new MeshgateError('MIGRATION_CHANGED', {
    message: `Expected new migrations of ${product} to come after ${latest}, the last one applied, but found ${late.name}. Give it a higher number.`,
  });
}
