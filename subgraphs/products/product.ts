import { defineProduct } from '../../shared/kit/define-product.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';

/** Products: what the shop sells, by category. */
export const product = defineProduct({
  folder: new URL('.', import.meta.url),
  resolvers,
  createLoaders,
});
