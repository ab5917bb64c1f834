import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  type Administrator,
  quoteIdentifier,
} from '../../../shared/postgres/open-administrator.ts';
import type { SqlFile } from './sql-files.ts';
import { toScriptError } from './to-script-error.ts';

/** Migrations of one owner, and where it is written which of them are applied. */
export interface MigrationSet {
  /** Schema that the files work in; also who they belong to in the ledger. */
  readonly owner: string;
  /** A table with the columns `file` and `checksum` and one for the owner; names of our own, not quoted. */
  readonly ledger: { readonly table: string; readonly ownerColumn: string };
  /** Folder of the files as messages name it. */
  readonly folder: string;
  /** In the order of their numbers. */
  readonly files: readonly SqlFile[];
  /** Runs in the transaction of the last file that is applied now; not at all when there is none. */
  readonly afterLast?: () => Promise<void>;
}

/**
 * Applies the migrations of a set that are not applied yet, each in a transaction of its own.
 *
 * @param onApplied Called after each one, with its file name.
 * @returns Names of the files applied now, in order.
 * @throws {MeshgateError} `MIGRATION_CHANGED` when an applied file was edited, or a new one
 *   has a number below one that is applied; `PIPELINE_FAILED` when PostgreSQL refuses one,
 *   which then leaves nothing behind.
 */
export async function applySqlFiles(
  administrator: Administrator,
  set: MigrationSet,
  onApplied: (file: string) => void = () => undefined,
): Promise<readonly string[]> {
  const { table, ownerColumn } = set.ledger;
  const recorded = await administrator.query<{ file: string; checksum: string }>(
    `SELECT file, checksum FROM ${table} WHERE ${ownerColumn} = $1 ORDER BY file`,
    [set.owner],
  );
  const applied = new Map(recorded.map(({ file, checksum }) => [file, checksum]));
  const pending = set.files.filter((file) => !applied.has(file.name));
  assertUnchanged(set, applied);
  assertInOrder(set, pending, recorded.at(-1)?.file ?? '');

  for (const file of pending) {
    const after = file === pending.at(-1) ? set.afterLast : undefined;
    await applyFile(administrator, set, file, after);
    onApplied(file.name);
  }
  return pending.map(({ name }) => name);
}

async function applyFile(
  administrator: Administrator,
  { owner, ledger, folder }: MigrationSet,
  { name, text, checksum }: SqlFile,
  after: MigrationSet['afterLast'],
): Promise<void> {
  try {
    await administrator.transaction(async () => {
      await administrator.runScript(`SET LOCAL search_path = ${quoteIdentifier(owner)}`);
      await administrator.runScript(text);
      await administrator.query(
        `INSERT INTO ${ledger.table} (${ledger.ownerColumn}, file, checksum) VALUES ($1, $2, $3)`,
        [owner, name, checksum],
      );
      await after?.();
    });
  } catch (error) {
    throw toScriptError(error, `${folder}/${name}`, text);
  }
}

function assertUnchanged(
  { folder, files }: MigrationSet,
  applied: ReadonlyMap<string, string>,
): void {
  for (const { name, checksum } of files) {
    const before = applied.get(name);
    if (before === undefined || before === checksum) continue;
    throw new MeshgateError('MIGRATION_CHANGED', {
      message: `Expected ${folder}/${name} to be as it was when it was applied (SHA-256 ${before.slice(0, 12)}…), but it was edited since (${checksum.slice(0, 12)}…). Restore it and put the change into a new migration with the next number; a development database can also be deleted and made anew.`,
    });
  }
}

function assertInOrder({ owner }: MigrationSet, pending: readonly SqlFile[], latest: string): void {
  const late = pending.find(({ name }) => name < latest);
  if (late === undefined) return;
  throw new MeshgateError('MIGRATION_CHANGED', {
    message: `Expected new migrations of ${owner} to come after ${latest}, the last one applied, but found ${late.name}. Give it a higher number.`,
  });
}
