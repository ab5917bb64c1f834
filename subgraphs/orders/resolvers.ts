import type { ProductContext, ProductResolvers } from '../../shared/kit/define-product.ts';
import { scalars } from '../../shared/kit/scalars.ts';
import type { OrderLoaders } from './loaders.ts';
import { parseSalesFilter, type SalesFilter } from './parse-sales-filter.ts';
import { type RecordReturnInput, recordReturn } from './record-return.ts';
import {
  resolveLinesOfOrder,
  resolveLinesOfProduct,
  resolveOrderLines,
  resolveOrders,
  resolveOrdersOfAccount,
  resolveTotalsOfOrder,
  resolveTotalsOfProduct,
} from './resolve-connections.ts';
import type { OrderRow } from './source.ts';
import type { OrderLineRow } from './source-order-line.ts';
import type { ReturnRow } from './source-return.ts';
import { type KeyedTotalsRow, type SalesGrouping, sumOrderLinesByGroup } from './source-totals.ts';

type Context = ProductContext<OrderLoaders>;

interface Reference {
  readonly id: string;
}

interface SalesByArguments {
  readonly groupBy: SalesGrouping;
  readonly filter?: SalesFilter | null;
}

async function resolveRecordReturn(
  _: unknown,
  { input }: { input: RecordReturnInput },
  { database, loaders }: Context,
) {
  const recorded = await recordReturn(database, input);
  loaders.returnsByLine.clear(recorded.orderLineId);
  return { return: recorded };
}

/** Answers every field of `schema.graphql` that is not simply a column of the row. */
export const resolvers: ProductResolvers<OrderLoaders> = {
  ...scalars,
  Region: { WEST: 'West', EAST: 'East', CENTRAL: 'Central', SOUTH: 'South' },
  MarketSegment: { CONSUMER: 'Consumer', CORPORATE: 'Corporate', HOME_OFFICE: 'Home Office' },
  Query: {
    order: (_: unknown, { id }: Reference, { loaders }) => loaders.orderById.load(id),
    orderLine: (_: unknown, { id }: Reference, { loaders }) => loaders.orderLineById.load(id),
    orders: resolveOrders,
    orderLines: resolveOrderLines,
    salesBy: (_: unknown, { groupBy, filter }: SalesByArguments, { database }) =>
      sumOrderLinesByGroup(database, groupBy, parseSalesFilter(filter)),
  },
  Mutation: {
    recordReturn: resolveRecordReturn,
  },
  Order: {
    __resolveReference: ({ id }: Reference, { loaders }) => loaders.orderById.load(id),
    account: ({ accountId }: OrderRow) => ({ id: accountId }),
    lines: resolveLinesOfOrder,
    totals: resolveTotalsOfOrder,
  },
  OrderLine: {
    __resolveReference: ({ id }: Reference, { loaders }) => loaders.orderLineById.load(id),
    order: ({ orderId }: OrderLineRow, _: unknown, { loaders }) => loaders.orderById.load(orderId),
    product: ({ productId }: OrderLineRow) => ({ id: productId }),
    category: ({ categoryId }: OrderLineRow) => ({ id: categoryId }),
    returns: ({ id }: OrderLineRow, _: unknown, { loaders }) => loaders.returnsByLine.load(id),
  },
  Return: {
    orderLine: ({ orderLineId }: ReturnRow, _: unknown, { loaders }) =>
      loaders.orderLineById.load(orderLineId),
  },
  SalesGroup: {
    totals: (group: KeyedTotalsRow) => group,
  },
  // Whether an account or a product exists is for the products that hold them to say.
  Account: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    orders: resolveOrdersOfAccount,
  },
  Product: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    orderLines: resolveLinesOfProduct,
    salesTotals: resolveTotalsOfProduct,
  },
};
