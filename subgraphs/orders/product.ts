import { defineProduct } from '../../shared/kit/define-product.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';

/** Orders: confirmed orders, their lines and figures, and what came back. */
export const product = defineProduct({
  folder: new URL('.', import.meta.url),
  resolvers,
  createLoaders,
});
