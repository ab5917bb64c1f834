/**
 * The lists of this product.
 *
 * A connection is an object of functions, and GraphQL calls those that are selected:
 * who asks for totals alone costs one sum, who asks for nodes alone costs one page.
 *
 * @module
 */

import {
  type Connection,
  type PageArguments,
  parsePage,
  toConnection,
} from '../../shared/kit/connection.ts';
import type { ProductContext } from '../../shared/kit/define-product.ts';
import type { ListLoaders, OrderLoaders } from './loaders.ts';
import { parseSalesFilter, type SalesFilter } from './parse-sales-filter.ts';
import { countOrders, listOrders, ORDER_SORTS, type OrderRow, type OrderSort } from './source.ts';
import { NO_CRITERIA } from './source-criteria.ts';
import type { ListOrder } from './source-keyset.ts';
import {
  countOrderLines,
  listOrderLines,
  ORDER_LINE_SORTS,
  type OrderLineRow,
  type OrderLineSort,
} from './source-order-line.ts';
import { NO_SALES, type SalesTotalsRow, sumOrderLines, sumOrders } from './source-totals.ts';

type Context = ProductContext<OrderLoaders>;

interface ListFieldArguments<Sort> extends PageArguments {
  readonly filter?: SalesFilter | null;
  readonly sort: Sort;
}

type OrdersArguments = ListFieldArguments<OrderSort>;
type OrderLinesArguments = ListFieldArguments<OrderLineSort>;

/** `Query.orders` */
export function resolveOrders(_: unknown, args: OrdersArguments, context: Context) {
  const { database, loaders } = context;
  const list = ORDER_SORTS[args.sort];
  const page = parsePage(args, list);
  const criteria = parseSalesFilter(args.filter);

  return toLazyConnection<OrderRow>({
    read: async () => {
      const rows = await listOrders(database, criteria, args.sort, page);
      for (const row of rows) loaders.orderById.prime(row.id, row);
      return toConnection(rows, page, list, list.positionOf);
    },
    count: () => countOrders(database, criteria),
    sum: () => sumOrders(database, criteria),
  });
}

/** `Query.orderLines` */
export function resolveOrderLines(_: unknown, args: OrderLinesArguments, context: Context) {
  const { database, loaders } = context;
  const list = ORDER_LINE_SORTS[args.sort];
  const page = parsePage(args, list);
  const criteria = parseSalesFilter(args.filter);

  return toLazyConnection<OrderLineRow>({
    read: async () => {
      const rows = await listOrderLines(database, criteria, args.sort, page);
      for (const row of rows) loaders.orderLineById.prime(row.id, row);
      return toConnection(rows, page, list, list.positionOf);
    },
    count: () => countOrderLines(database, criteria),
    sum: () => sumOrderLines(database, criteria),
  });
}

/** `Account.orders` */
export function resolveOrdersOfAccount(
  { id }: { id: string },
  args: OrdersArguments,
  { loaders }: Context,
) {
  return resolveOf(id, args, ORDER_SORTS[args.sort], loaders.ordersByAccount, (row) =>
    loaders.orderById.prime(row.id, row),
  );
}

/** `Product.orderLines` */
export function resolveLinesOfProduct(
  { id }: { id: string },
  args: OrderLinesArguments,
  { loaders }: Context,
) {
  return resolveOf(id, args, ORDER_LINE_SORTS[args.sort], loaders.linesByProduct, (row) =>
    loaders.orderLineById.prime(row.id, row),
  );
}

/** `Order.lines` */
export function resolveLinesOfOrder({ id }: OrderRow, args: PageArguments, { loaders }: Context) {
  const sort: OrderLineSort = 'ID_ASC';
  return resolveOf(id, { ...args, sort }, ORDER_LINE_SORTS[sort], loaders.linesByOrder, (row) =>
    loaders.orderLineById.prime(row.id, row),
  );
}

/** `Order.totals` */
export async function resolveTotalsOfOrder({ id }: OrderRow, _: unknown, { loaders }: Context) {
  const [totals] = await loaders.linesByOrder.totals.load(id, NO_CRITERIA);
  return totals ?? NO_SALES;
}

/** `Product.salesTotals` */
export async function resolveTotalsOfProduct(
  { id }: { id: string },
  _: unknown,
  { loaders }: Context,
) {
  const [totals] = await loaders.linesByProduct.totals.load(id, NO_CRITERIA);
  return totals ?? NO_SALES;
}

function resolveOf<Row, Sort>(
  key: string,
  args: ListFieldArguments<Sort>,
  list: ListOrder<Row>,
  loaders: ListLoaders<Row, Sort>,
  remember: (row: Row) => void,
) {
  const { sort } = args;
  const page = parsePage(args, list);
  const criteria = parseSalesFilter(args.filter);

  return toLazyConnection<Row>({
    read: async () => {
      const rows = await loaders.pages.load(key, { criteria, sort, page });
      rows.forEach(remember);
      return toConnection(rows, page, list, list.positionOf);
    },
    count: async () => {
      const [row] = await loaders.counts.load(key, criteria);
      return row?.count ?? 0;
    },
    sum: async () => {
      const [row] = await loaders.totals.load(key, criteria);
      return row ?? NO_SALES;
    },
  });
}

interface LazyParts<Row> {
  read(): Promise<Connection<Row>>;
  count(): Promise<number>;
  sum(): Promise<SalesTotalsRow>;
}

function toLazyConnection<Row>({ read, count, sum }: LazyParts<Row>) {
  let page: Promise<Connection<Row>> | undefined;
  const readOnce = () => {
    page ??= read();
    return page;
  };
  return {
    edges: async () => (await readOnce()).edges,
    nodes: async () => (await readOnce()).nodes,
    pageInfo: async () => (await readOnce()).pageInfo,
    totalCount: count,
    totals: sum,
  };
}
