import type { ProductDefinition } from './define-product.ts';

/** Runs one product as a process: settings from the environment, drains on SIGTERM and SIGINT. */
export async function runProduct<Loaders>(
  product: ProductDefinition<Loaders>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  throw new Error(`${product.folder.pathname} cannot run on port ${env['PORT']} yet.`);
}
