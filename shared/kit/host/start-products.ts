import { MeshgateError } from '../../errors/meshgate-error.ts';
import type { ProductDefinition } from '../define-product.ts';
import type { RunningProduct } from '../product-settings.ts';
import { findProductFolder } from '../server/product-folder.ts';
import { startProduct } from '../start-product.ts';
import { readProductEnvironment } from './product-environment.ts';

/**
 * Starts several products in this process, all or none.
 *
 * @throws {MeshgateError} What the first failing product reports; its message names the
 *   product and `details.product` too.
 */
export async function startProducts<Loaders>(
  products: readonly ProductDefinition<Loaders>[],
  env: NodeJS.ProcessEnv,
): Promise<readonly RunningProduct[]> {
  const isAlone = products.length === 1;
  const starts = await Promise.allSettled(
    products.map((product) => startFromEnvironment(product, env, isAlone)),
  );

  const running = starts.filter((start) => start.status === 'fulfilled').map(({ value }) => value);
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return running;
  await Promise.all(running.map((product) => product.close()));
  throw failed.reason;
}

async function startFromEnvironment<Loaders>(
  product: ProductDefinition<Loaders>,
  env: NodeJS.ProcessEnv,
  isAlone: boolean,
): Promise<RunningProduct> {
  const { name } = findProductFolder(product.folder);
  try {
    return await startProduct(product, readProductEnvironment(name, env, isAlone));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MeshgateError(error instanceof MeshgateError ? error.code : 'INTERNAL_ERROR', {
      message: `The data product ${name} could not start. ${reason}`,
      details: { product: name },
      cause: error,
    });
  }
}
