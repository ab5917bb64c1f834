import { type BatchLoader, createBatchOne } from '../../shared/kit/batch-by-key.ts';
import type { ProductDatabase } from '../../shared/kit/product-database.ts';
import { type AccountRow, findAccounts } from './source.ts';

/** Loaders of one request. */
export interface AccountLoaders {
  readonly accountById: BatchLoader<string, AccountRow | null>;
}

/** Makes the loaders: all accounts that one request asks for by id are one statement. */
export function createLoaders(database: ProductDatabase): AccountLoaders {
  return {
    accountById: createBatchOne(
      (ids) => findAccounts(database, ids),
      (row: AccountRow) => row.id,
    ),
  };
}
