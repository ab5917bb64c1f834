import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/orders/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let orders: ProductUnderTest;
let administrator: Administrator;
beforeAll(async () => {
  orders = await startProductUnderTest('orders', product);
  administrator = await openAdministrator(orders.adminUrl);
});
afterAll(async () => {
  await administrator.close();
  await orders.stop();
});

const everywhere = { subject: 'ann', claims: { regions: ['West', 'East', 'Central', 'South'] } };

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGE = `{
  nodes { id }
  edges { cursor node { id } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}`;

/** As much of a page as following the list needs. */
const STEP = '{ nodes { id } pageInfo { hasNextPage endCursor } }';

/** Follows a list from its first page to its last, and gives the ids in the order they came. */
async function walk(document: string, pick: (data: never) => Page): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { data, errors } = await orders.ask(everywhere, document, { after });
    expect(errors).toEqual([]);
    const page = pick(data as never);
    ids.push(...page.nodes.map(({ id }) => id));
    if (!page.pageInfo.hasNextPage) return ids;
    after = page.pageInfo.endCursor;
  }
}

/** Ids in the order that PostgreSQL itself puts all rows in. */
async function sortIds(table: string, order: string): Promise<readonly string[]> {
  const rows = await administrator.query<{ key: string }>(
    `SELECT id::text AS key FROM orders.${table} ORDER BY ${order}`,
  );
  return rows.map(({ key }) => key);
}

test.each([
  ['ORDERED_ON_ASC', 'ordered_on, id'],
  ['ORDERED_ON_DESC', 'ordered_on DESC, id DESC'],
  ['AMOUNT_ASC', 'amount, id'],
  ['AMOUNT_DESC', 'amount DESC, id DESC'],
  ['ID_ASC', 'id'],
  ['ID_DESC', 'id DESC'],
])('orders by %s come page by page without gap or repeat', async (sort, order) => {
  const document = `query ($after: String) {
    orders(first: 200, after: $after, sort: ${sort}) ${STEP}
  }`;

  const ids = await walk(document, (data: { orders: Page }) => data.orders);

  expect(ids).toEqual(await sortIds('order', order));
});

test.each([
  ['ORDERED_ON_ASC', 'ordered_on, id'],
  ['ORDERED_ON_DESC', 'ordered_on DESC, id DESC'],
  ['AMOUNT_ASC', 'sales, id'],
  ['AMOUNT_DESC', 'sales DESC, id DESC'],
  ['ID_ASC', 'id'],
  ['ID_DESC', 'id DESC'],
])('order lines by %s come page by page without gap or repeat', async (sort, order) => {
  const document = `query ($after: String) {
    orderLines(first: 200, after: $after, sort: ${sort}) ${STEP}
  }`;

  const ids = await walk(document, (data: { orderLines: Page }) => data.orderLines);

  expect(ids).toEqual(await sortIds('order_line', order));
});

test('lists that hang on an order, an account and a product come page by page too', async () => {
  const ofOrder = await walk(
    `query ($after: String) { order(id: "CA-2017-100111") { lines(first: 3, after: $after) ${STEP} } }`,
    (data: { order: { lines: Page } }) => data.order.lines,
  );
  const ofAccount = await walk(
    `query ($after: String) {
      _entities(representations: [{ __typename: "Account", id: "A-13360" }]) {
        ... on Account { orders(first: 2, after: $after, sort: AMOUNT_DESC) ${STEP} }
      }
    }`,
    (data: { _entities: [{ orders: Page }] }) => data._entities[0].orders,
  );
  const ofProduct = await walk(
    `query ($after: String) {
      _entities(representations: [{ __typename: "Product", id: "OFF-PA-10001970" }]) {
        ... on Product { orderLines(first: 4, after: $after) ${STEP} }
      }
    }`,
    (data: { _entities: [{ orderLines: Page }] }) => data._entities[0].orderLines,
  );

  expect(ofOrder).toEqual(await sortIds("order_line WHERE order_id = 'CA-2017-100111'", 'id'));
  expect(ofAccount).toEqual(
    await sortIds("order WHERE account_id = 'A-13360'", 'amount DESC, id DESC'),
  );
  expect(ofProduct).toEqual(
    await sortIds("order_line WHERE product_id = 'OFF-PA-10001970'", 'ordered_on DESC, id DESC'),
  );
});

test('each of several parents gets a page of its own length, from its own beginning', async () => {
  const accounts = ['A-12520', 'A-10015', 'A-99999'];
  const { data } = await orders.ask<{ _entities: { id: string; orders: Page }[] }>(
    everywhere,
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Account { id orders(first: 2, sort: ORDERED_ON_ASC) ${PAGE} }
      }
    }`,
    { representations: accounts.map((id) => ({ __typename: 'Account', id })) },
  );

  const expected: (readonly string[])[] = [];
  for (const id of accounts) {
    expected.push(await sortIds(`order WHERE account_id = '${id}'`, 'ordered_on, id'));
  }
  expect(data._entities.map(({ orders: list }) => list.nodes.map(({ id }) => id))).toEqual(
    expected.map((ids) => ids.slice(0, 2)),
  );
  expect(data._entities.map(({ orders: list }) => list.pageInfo.hasNextPage)).toEqual(
    expected.map((ids) => ids.length > 2),
  );
});

test('a page tells where it stands in its list', async () => {
  const document = `query ($after: String) {
    orderLines(first: 2, after: $after, sort: ID_ASC) ${PAGE}
  }`;
  interface Answer {
    orderLines: Page;
  }
  const first = (await orders.ask<Answer>(everywhere, document)).data.orderLines;
  const { data } = await orders.ask<Answer>(everywhere, document, {
    after: first.edges[0]?.cursor,
  });
  const second = data.orderLines;

  expect(first.nodes).toEqual([{ id: '1' }, { id: '2' }]);
  expect(first.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: first.edges[0]?.cursor,
    endCursor: first.edges[1]?.cursor,
  });
  expect(second.edges.map(({ node }) => node)).toEqual([{ id: '2' }, { id: '3' }]);
  expect(second.pageInfo).toMatchObject({ hasPreviousPage: true });
});

test('filter and sort work together, also where a list hangs on a parent', async () => {
  const { data } = await orders.ask<{
    orders: Page;
    _entities: [{ orderLines: Page }];
  }>(
    everywhere,
    `query ($representations: [_Any!]!) {
      orders(first: 5, filter: { regions: [EAST], categories: ["technology"], amount: { max: "2000" } }, sort: AMOUNT_DESC) ${PAGE}
      _entities(representations: $representations) {
        ... on Product {
          orderLines(first: 5, filter: { orderedOn: { from: "2016-01-01" }, amount: { min: "10" } }, sort: AMOUNT_ASC) ${PAGE}
        }
      }
    }`,
    { representations: [{ __typename: 'Product', id: 'OFF-PA-10001970' }] },
  );

  const expectedOrders = await sortIds(
    `order AS o WHERE region = 'East' AND amount <= 2000 AND EXISTS (
       SELECT FROM orders.order_line WHERE order_id = o.id AND category_id = 'technology')`,
    'amount DESC, id DESC LIMIT 5',
  );
  const expectedLines = await sortIds(
    "order_line WHERE product_id = 'OFF-PA-10001970' AND ordered_on >= '2016-01-01' AND sales >= 10",
    'sales, id LIMIT 5',
  );
  expect(data.orders.nodes.map(({ id }) => id)).toEqual(expectedOrders);
  expect(data._entities[0].orderLines.nodes.map(({ id }) => id)).toEqual(expectedLines);
});

test.each([
  ['a page of nothing', 'orders(first: 0)', 'first'],
  ['a page of too many', 'orderLines(first: 201)', 'first'],
  ['a cursor that is none', 'orders(after: "page 2")', 'after'],
  ['an empty list of regions', 'orders(filter: { regions: [] })', 'filter.regions'],
  [
    'a list of more than 200 regions',
    `orders(filter: { regions: [${'WEST '.repeat(201)}] })`,
    'filter.regions',
  ],
  ['the name of a category', 'orders(filter: { categories: ["Furniture"] })', 'filter.categories'],
  [
    'a range of days that ends before it starts',
    'orderLines(filter: { orderedOn: { from: "2017-01-02", to: "2017-01-01" } })',
    'filter.orderedOn',
  ],
])('%s is refused with INPUT_INVALID, and the argument is named', async (_, field, argument) => {
  const { data, errors } = await orders.ask(everywhere, `{ ${field} { totalCount } }`);

  expect(errors).toMatchObject([{ extensions: { code: 'INPUT_INVALID', public: true, argument } }]);
  expect(Object.values(data as object)).toEqual([null]);
});

test('a cursor of another sort or of another list is refused', async () => {
  const { data } = await orders.ask<{ a: Page; b: Page }>(
    everywhere,
    `{ a: orders(first: 1, sort: ID_ASC) ${PAGE} b: orderLines(first: 1, sort: ID_ASC) ${PAGE} }`,
  );
  const { errors } = await orders.ask(
    everywhere,
    `query ($a: String, $b: String) {
      otherSort: orders(after: $a, sort: ID_DESC) { nodes { id } }
      otherList: orders(after: $b, sort: ID_ASC) { nodes { id } }
    }`,
    { a: data.a.pageInfo.endCursor, b: data.b.pageInfo.endCursor },
  );

  expect(errors.map(({ path }) => path?.[0]).toSorted()).toEqual(['otherList', 'otherSort']);
  expect(errors.every(({ extensions }) => extensions?.code === 'INPUT_INVALID')).toBe(true);
});

test('a forged cursor with a number that no column holds finds no rows behind it', async () => {
  const forged = (values: readonly string[]) =>
    Buffer.concat([Buffer.of(1), Buffer.from(JSON.stringify(values))]).toString('base64url');
  const most = '999999999999999999';
  const { data, errors } = await orders.ask(
    everywhere,
    `query ($a: String, $b: String) {
      a: orderLines(after: $a, sort: AMOUNT_ASC) { nodes { id } }
      b: orderLines(after: $b, sort: ID_ASC) { nodes { id } }
    }`,
    {
      a: forged(['order lines by amount asc', most, most]),
      b: forged(['order lines by id asc', most]),
    },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({ a: { nodes: [] }, b: { nodes: [] } });
});

test.each(['0', '01', '-1', '1.0', 'x', '99999999999', ' 1', 'a\u0000'])(
  'an id like %j is no order line and no order, and no error',
  async (id) => {
    const { data, errors } = await orders.ask(
      everywhere,
      'query ($id: ID!) { orderLine(id: $id) { id } order(id: $id) { id } }',
      { id },
    );

    expect(errors).toEqual([]);
    expect(data).toEqual({ orderLine: null, order: null });
  },
);
