import type { Administrator } from '../../../shared/postgres/open-administrator.ts';
import { applySqlFiles } from '../database/apply-sql-files.ts';
import { applyRowRules, readRowRuleState } from './apply-row-rules.ts';
import type { ProductFiles } from './product-files.ts';

/** What applying the migrations of a product did. */
export interface AppliedMigrations {
  /** Names of the files applied now, in order. */
  readonly files: readonly string[];
  /** Whether policies were made anew from the row rules. */
  readonly rowRules: boolean;
}

/**
 * Applies the migrations of a product that are not applied yet, each in a transaction of its own,
 * and the row rules of its descriptor in the transaction of the last one, so that there is no
 * moment between.
 *
 * Without new migrations, row rules are applied where they were declared anew, or where somebody
 * changed the policies in the database.
 *
 * @param onApplied Called after each migration, with its file name.
 * @throws {MeshgateError} `MIGRATION_CHANGED` and `PIPELINE_FAILED`, as `applySqlFiles` and
 *   `applyRowRules` say.
 */
export async function applyMigrations(
  administrator: Administrator,
  files: ProductFiles,
  onApplied: (file: string) => void = () => undefined,
): Promise<AppliedMigrations> {
  const { product, migrations } = files;
  let applied = false;
  const keepRowRules = async () => {
    const state = await readRowRuleState(administrator, files);
    if (state !== 'pending' && state !== 'changed') return;
    await applyRowRules(administrator, files);
    applied = true;
  };
  const set = {
    owner: product,
    ledger: { table: 'mesh.migration', ownerColumn: 'product' },
    folder: `subgraphs/${product}/migrations`,
    files: migrations,
    afterLast: keepRowRules,
  };
  const names = await applySqlFiles(administrator, set, onApplied);
  if (names.length === 0) await administrator.transaction(keepRowRules);
  return { files: names, rowRules: applied };
}
