import type { ProductFolder } from '../../../shared/contract/load-product-folder.ts';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';
import { registerProducts } from '../../control/access/access-terms-store.ts';
import { buildAccessTerms } from '../../control/access/build-access-terms.ts';
import { withControlDatabase } from '../credentials/with-control-database.ts';

/**
 * Says who decides about the products of a mesh that starts.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`, and what migrating throws; `DESCRIPTOR_INVALID`.
 */
export async function registerMeshProducts(
  databaseUrl: string,
  products: readonly ProductFolder[],
): Promise<void> {
  const terms = products.map(buildAccessTerms);
  await withControlDatabase('', { DATABASE_URL: databaseUrl }, (pool) =>
    inTransaction(pool, (client) => registerProducts(client, terms)),
  );
}
