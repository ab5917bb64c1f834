import {
  type ArgumentBatchLoader,
  type BatchLoader,
  createBatchManyByArguments,
  createBatchOne,
} from '../../shared/kit/batch-by-key.ts';
import type { Page } from '../../shared/kit/connection.ts';
import type { ProductDatabase } from '../../shared/kit/product-database.ts';
import {
  type CategoryRow,
  countProductsByGroup,
  findCategories,
  findProducts,
  listProductsOfCategories,
  type ProductCriteria,
  type ProductGroupRow,
  type ProductRow,
  type ProductSort,
} from './source.ts';

/** A page of a category's products. */
export interface CategoryProductsArguments {
  readonly criteria: ProductCriteria;
  readonly sort: ProductSort;
  readonly page: Page;
}

/** Loaders of one request. */
export interface ProductLoaders {
  readonly productById: BatchLoader<string, ProductRow | null>;
  readonly categoryById: BatchLoader<string, CategoryRow | null>;
  readonly productsByCategory: ArgumentBatchLoader<string, CategoryProductsArguments, ProductRow>;
  /** At most one row: how many of the category's products meet the criteria. */
  readonly productCountByCategory: ArgumentBatchLoader<string, ProductCriteria, ProductGroupRow>;
}

/** Makes the loaders: each is one statement for all that one request asks of it. */
export function createLoaders(database: ProductDatabase): ProductLoaders {
  return {
    productById: createBatchOne(
      (ids) => findProducts(database, ids),
      (row: ProductRow) => row.id,
    ),
    categoryById: createBatchOne(
      (ids) => findCategories(database, ids),
      (row: CategoryRow) => row.id,
    ),
    productsByCategory: createBatchManyByArguments(
      (ids, { criteria, sort, page }) =>
        listProductsOfCategories(database, ids, criteria, sort, page),
      (row: ProductRow) => row.categoryId,
    ),
    // All categories are counted, whichever are asked for: there are three, and one index holds them.
    productCountByCategory: createBatchManyByArguments(
      (_ids, criteria) => countProductsByGroup(database, 'CATEGORY', criteria),
      (row: ProductGroupRow) => row.key,
    ),
  };
}
