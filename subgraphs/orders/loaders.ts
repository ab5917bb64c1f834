import {
  type ArgumentBatchLoader,
  type BatchLoader,
  createBatchMany,
  createBatchManyByArguments,
  createBatchOne,
} from '../../shared/kit/batch-by-key.ts';
import type { Page } from '../../shared/kit/connection.ts';
import type { ProductDatabase } from '../../shared/kit/product-database.ts';
import {
  type CountRow,
  countOrdersOfAccounts,
  findOrders,
  listOrdersOfAccounts,
  type OrderRow,
  type OrderSort,
} from './source.ts';
import type { SalesCriteria } from './source-criteria.ts';
import {
  countOrderLinesOf,
  findOrderLines,
  type LineParent,
  listOrderLinesOf,
  type OrderLineRow,
  type OrderLineSort,
} from './source-order-line.ts';
import { findReturnsOfLines, type ReturnRow } from './source-return.ts';
import { type KeyedTotalsRow, sumOrderLinesOf, sumOrdersOfAccounts } from './source-totals.ts';

/** What a page of a list follows from. */
export interface ListArguments<Sort> {
  readonly criteria: SalesCriteria;
  readonly sort: Sort;
  readonly page: Page;
}

/** Pages and figures of lists that hang on a parent, for all parents of one fetch at once. */
export interface ListLoaders<Row, Sort> {
  readonly pages: ArgumentBatchLoader<string, ListArguments<Sort>, Row>;
  readonly counts: ArgumentBatchLoader<string, SalesCriteria, CountRow>;
  readonly totals: ArgumentBatchLoader<string, SalesCriteria, KeyedTotalsRow>;
}

/** Loaders of one request. */
export interface OrderLoaders {
  readonly orderById: BatchLoader<string, OrderRow | null>;
  readonly orderLineById: BatchLoader<string, OrderLineRow | null>;
  readonly returnsByLine: BatchLoader<string, readonly ReturnRow[]>;
  readonly ordersByAccount: ListLoaders<OrderRow, OrderSort>;
  readonly linesByOrder: ListLoaders<OrderLineRow, OrderLineSort>;
  readonly linesByProduct: ListLoaders<OrderLineRow, OrderLineSort>;
}

/** Makes the loaders: each is one statement for all that one request asks of it. */
export function createLoaders(database: ProductDatabase): OrderLoaders {
  return {
    orderById: createBatchOne(
      (ids) => findOrders(database, ids),
      (row: OrderRow) => row.id,
    ),
    orderLineById: createBatchOne(
      (ids) => findOrderLines(database, ids),
      (row: OrderLineRow) => row.id,
    ),
    returnsByLine: createBatchMany(
      (lineIds) => findReturnsOfLines(database, lineIds),
      (row: ReturnRow) => row.orderLineId,
    ),
    ordersByAccount: {
      pages: createBatchManyByArguments(
        (accountIds, { criteria, sort, page }) =>
          listOrdersOfAccounts(database, accountIds, criteria, sort, page),
        (row: OrderRow) => row.accountId,
      ),
      counts: createBatchManyByArguments(
        (accountIds, criteria) => countOrdersOfAccounts(database, accountIds, criteria),
        (row: CountRow) => row.key,
      ),
      totals: createBatchManyByArguments(
        (accountIds, criteria) => sumOrdersOfAccounts(database, accountIds, criteria),
        (row: KeyedTotalsRow) => row.key,
      ),
    },
    linesByOrder: createLineLoaders(database, 'order', (row) => row.orderId),
    linesByProduct: createLineLoaders(database, 'product', (row) => row.productId),
  };
}

function createLineLoaders(
  database: ProductDatabase,
  parent: LineParent,
  keyOf: (row: OrderLineRow) => string,
): ListLoaders<OrderLineRow, OrderLineSort> {
  return {
    pages: createBatchManyByArguments(
      (keys, { criteria, sort, page }) =>
        listOrderLinesOf(database, parent, keys, criteria, sort, page),
      keyOf,
    ),
    counts: createBatchManyByArguments(
      (keys, criteria) => countOrderLinesOf(database, parent, keys, criteria),
      (row: CountRow) => row.key,
    ),
    totals: createBatchManyByArguments(
      (keys, criteria) => sumOrderLinesOf(database, parent, keys, criteria),
      (row: KeyedTotalsRow) => row.key,
    ),
  };
}
