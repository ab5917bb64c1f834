import type { ProductDefinition } from './define-product.ts';
import type { ProductSettings, RunningProduct } from './product-settings.ts';

/**
 * Starts a data product as a subgraph of its own.
 *
 * @throws {MeshgateError} `PORT_TAKEN`, `CONFIG_INVALID`.
 */
export async function startProduct<Loaders>(
  product: ProductDefinition<Loaders>,
  settings: ProductSettings,
): Promise<RunningProduct> {
  throw new Error(`${product.folder.pathname} cannot be started on port ${settings.port} yet.`);
}
