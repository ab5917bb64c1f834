import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { type AccessTerms, accessTermsSchema } from './access-terms.ts';

/** Keeps what has to be known of products; what was known of them before is replaced. */
export async function registerProducts(
  client: TransactionClient,
  products: readonly AccessTerms[],
): Promise<void> {
  await client.query(
    `INSERT INTO meshgate.access_product AS present (name, terms)
     SELECT terms->>'product', terms FROM jsonb_array_elements($1::jsonb) AS terms
     ON CONFLICT (name) DO UPDATE SET terms = excluded.terms, registered_at = clock_timestamp()
     WHERE present.terms IS DISTINCT FROM excluded.terms`,
    [JSON.stringify(products)],
  );
}

/** Lists what is known of all products, by name. */
export async function listAccessTerms(client: TransactionClient): Promise<readonly AccessTerms[]> {
  const rows = await client.query<{ terms: unknown }>(
    'SELECT terms FROM meshgate.access_product ORDER BY name',
  );
  return rows.map(({ terms }) => accessTermsSchema.parse(terms));
}

/**
 * Finds a product among those that are known.
 *
 * @throws {MeshgateError} `ACCESS_PRODUCT_UNKNOWN` when it is not: without an owner nobody could approve.
 */
export function findProduct(products: readonly AccessTerms[], name: string): AccessTerms {
  const found = products.find(({ product }) => product === name);
  if (found !== undefined) return found;
  const known = products.map(({ product }) => product).join(', ') || 'none yet';
  throw new MeshgateError('ACCESS_PRODUCT_UNKNOWN', {
    message: `Expected a data product that is registered (${known}), but got ${JSON.stringify(name)}; meshgate access register tells who owns one.`,
  });
}
