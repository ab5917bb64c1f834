import type { ProductDefinition } from './define-product.ts';
import { runProducts } from './host/run-products.ts';

/**
 * Runs one product as a process of its own; for the product's `main.ts`.
 *
 * @param env PORT, DATABASE_URL and GATEWAY_JWKS are required; `host/product-environment.ts`
 *   has them all.
 */
export async function runProduct<Loaders>(
  product: ProductDefinition<Loaders>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await runProducts(async () => [product], env);
}
