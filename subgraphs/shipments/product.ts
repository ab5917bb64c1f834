import { defineProduct } from '../../shared/kit/define-product.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers.ts';

/** Shipments: how and when orders left the warehouse, and where they went. */
export const product = defineProduct({
  folder: new URL('.', import.meta.url),
  resolvers,
  createLoaders,
});
