import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { type Governance, governanceSchema } from './governance.ts';

/** Keeps what has to be known of products; what was known of them before is replaced. */
export async function registerProducts(
  client: TransactionClient,
  products: readonly Governance[],
): Promise<void> {
  await client.query(
    `INSERT INTO meshgate.access_product AS present (name, governance)
     SELECT governance->>'product', governance FROM jsonb_array_elements($1::jsonb) AS governance
     ON CONFLICT (name) DO UPDATE SET governance = excluded.governance, registered_at = clock_timestamp()
     WHERE present.governance IS DISTINCT FROM excluded.governance`,
    [JSON.stringify(products)],
  );
}

/** Lists what is known of all products, by name. */
export async function listGovernance(client: TransactionClient): Promise<readonly Governance[]> {
  const rows = await client.query<{ governance: unknown }>(
    'SELECT governance FROM meshgate.access_product ORDER BY name',
  );
  return rows.map(({ governance }) => governanceSchema.parse(governance));
}

/**
 * Finds a product among those that are known.
 *
 * @throws {MeshgateError} `ACCESS_PRODUCT_UNKNOWN` when it is not: without an owner nobody could approve.
 */
export function findProduct(products: readonly Governance[], name: string): Governance {
  const found = products.find(({ product }) => product === name);
  if (found !== undefined) return found;
  const known = products.map(({ product }) => product).join(', ') || 'none yet';
  throw new MeshgateError('ACCESS_PRODUCT_UNKNOWN', {
    message: `Expected a data product that is registered (${known}), but got ${JSON.stringify(name)}; meshgate access register tells who owns one.`,
  });
}
