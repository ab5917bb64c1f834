import type { Administrator } from '../../../shared/postgres/open-administrator.ts';
import { applySqlFiles } from '../database/apply-sql-files.ts';
import type { ProductFiles } from './product-files.ts';

/**
 * Applies the migrations of a product that are not applied yet, each in a transaction of its own.
 *
 * @param onApplied Called after each one, with its file name.
 * @returns Names of the files applied now, in order.
 * @throws {MeshgateError} `MIGRATION_CHANGED` and `PIPELINE_FAILED`, as `applySqlFiles` says.
 */
export function applyMigrations(
  administrator: Administrator,
  { product, migrations }: ProductFiles,
  onApplied: (file: string) => void = () => undefined,
): Promise<readonly string[]> {
  const set = {
    owner: product,
    ledger: { table: 'mesh.migration', ownerColumn: 'product' },
    folder: `subgraphs/${product}/migrations`,
    files: migrations,
  };
  return applySqlFiles(administrator, set, onApplied);
}
