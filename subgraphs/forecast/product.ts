import { defineProduct } from '../../shared/kit/define-product.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';

/** Forecast: monthly revenue and margin per category and region, and what is expected next. */
export const product = defineProduct({
  folder: new URL('.', import.meta.url),
  resolvers,
  createLoaders,
});
