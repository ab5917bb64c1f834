import { defineProduct } from '../../shared/kit/define-product.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';

/** Accounts: customers, their market segment and their contact data. */
export const product = defineProduct({
  folder: new URL('.', import.meta.url),
  resolvers,
  createLoaders,
});
