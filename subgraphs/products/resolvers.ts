import { type PageArguments, parsePage, toConnection } from '../../shared/kit/connection.ts';
import type { ProductContext, ProductResolvers } from '../../shared/kit/define-product.ts';
import type { ProductLoaders } from './loaders.ts';
import { type ProductFilter, parseProductFilter } from './parse-product-filter.ts';
import {
  CATEGORY_ORDER,
  type CategoryRow,
  countCategories,
  countProducts,
  countProductsByGroup,
  listCategories,
  listProducts,
  PRODUCT_ORDERS,
  type ProductGrouping,
  type ProductRow,
  type ProductSort,
} from './source.ts';

type Context = ProductContext<ProductLoaders>;

interface ProductsArguments extends PageArguments {
  readonly filter?: ProductFilter | null;
  readonly sort: ProductSort;
}

interface SummaryArguments {
  readonly groupBy: ProductGrouping;
  readonly filter?: ProductFilter | null;
}

async function resolveProducts(_: unknown, args: ProductsArguments, { database }: Context) {
  const order = PRODUCT_ORDERS[args.sort];
  const page = parsePage(args, order);
  const criteria = parseProductFilter(args.filter);

  const rows = await listProducts(database, criteria, args.sort, page);
  return {
    ...toConnection(rows, page, order, order.positionOf),
    totalCount: () => countProducts(database, criteria),
  };
}

async function resolveCategories(_: unknown, args: PageArguments, { database }: Context) {
  const page = parsePage(args, CATEGORY_ORDER);

  const rows = await listCategories(database, page);
  return {
    ...toConnection(rows, page, CATEGORY_ORDER, (row) => [row.id]),
    totalCount: () => countCategories(database),
  };
}

async function resolveProductsOfCategory(
  { id }: CategoryRow,
  args: ProductsArguments,
  { loaders }: Context,
) {
  const { sort } = args;
  const order = PRODUCT_ORDERS[sort];
  const page = parsePage(args, order);
  const criteria = parseProductFilter(args.filter);

  const rows = await loaders.productsByCategory.load(id, { criteria, sort, page });
  return {
    ...toConnection(rows, page, order, order.positionOf),
    totalCount: async () => {
      const [count] = await loaders.productCountByCategory.load(id, criteria);
      return count?.products ?? 0;
    },
  };
}

/** Answers every field of `schema.graphql` that is not simply a column of the row. */
export const resolvers: ProductResolvers<ProductLoaders> = {
  Query: {
    product: (_: unknown, { id }: { id: string }, { loaders }) => loaders.productById.load(id),
    products: resolveProducts,
    category: (_: unknown, { id }: { id: string }, { loaders }) => loaders.categoryById.load(id),
    categories: resolveCategories,
    productSummary: (_: unknown, { groupBy, filter }: SummaryArguments, { database }) =>
      countProductsByGroup(database, groupBy, parseProductFilter(filter)),
  },
  Product: {
    __resolveReference: ({ id }: { id: string }, { loaders }) => loaders.productById.load(id),
    category: ({ categoryId }: ProductRow, _: unknown, { loaders }) =>
      loaders.categoryById.load(categoryId),
  },
  Category: {
    __resolveReference: ({ id }: { id: string }, { loaders }) => loaders.categoryById.load(id),
    products: resolveProductsOfCategory,
  },
};
