import { extname } from 'node:path';
import { MeshgateError } from '../../errors/meshgate-error.ts';
import type { ProductDefinition } from '../define-product.ts';
import { isProductName } from '../server/product-folder.ts';

/** Compiled code loads compiled products, and sources load sources. */
const EXTENSION = extname(import.meta.url);

/**
 * Imports `subgraphs/NAME/product` by its place in the tree. The path is computed,
 * because nothing under `shared/` may know a data product.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when there is no such product or it fails to load.
 */
export async function loadProduct(name: string): Promise<ProductDefinition<unknown>> {
  if (!isProductName(name)) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `A product is named in lower-case letters, digits and hyphens, not "${name}".`,
    });
  }
  const place = new URL(`../../../subgraphs/${name}/product${EXTENSION}`, import.meta.url);
  try {
    const module: { product?: ProductDefinition<unknown> } = await import(place.href);
    if (module.product !== undefined) return module.product;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MeshgateError('CONFIG_INVALID', {
      message: `The data product ${name} cannot be loaded: ${reason}`,
      cause: error,
    });
  }
  throw new MeshgateError('CONFIG_INVALID', {
    message: `${place.pathname} must export a constant named product.`,
  });
}
