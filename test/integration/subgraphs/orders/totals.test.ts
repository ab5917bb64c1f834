import { readFile } from 'node:fs/promises';

import { Kind, parse } from 'graphql';
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

interface Totals {
  readonly lines: number;
  readonly orders: number;
  readonly quantity: number;
  readonly sales: string;
  readonly averageSales: string | null;
  readonly profit: string;
}

interface Group {
  readonly key: string;
  readonly totals: Totals;
}

let orders: ProductUnderTest;
/** Sees the landed source lines: what every figure is checked against. */
let source: Administrator;
beforeAll(async () => {
  orders = await startProductUnderTest('orders', product);
  source = await openAdministrator(orders.adminUrl);
});
afterAll(async () => {
  await source.close();
  await orders.stop();
});

const everywhere = {
  subject: 'ann',
  scopes: ['orders:margin'],
  claims: { regions: ['West', 'East', 'Central', 'South'] },
};

const TOTALS = 'totals { lines orders quantity sales averageSales profit }';

const wholeSource = {
  lines: 9994,
  orders: 5009,
  quantity: 37873,
  sales: '2297200.8603',
  averageSales: '229.8580',
  profit: '286397.0217',
};

/** Figures of source lines; profit and sales with the four decimals of the source. */
async function sumSource(where: string, key = "''"): Promise<readonly Group[]> {
  const rows = await source.query<Totals & { key: string }>(
    `SELECT ${key} AS key, count(*)::int AS lines, count(DISTINCT order_id)::int AS orders,
       sum(quantity)::int AS quantity, sum(sales)::numeric(14, 4)::text AS sales,
       round(avg(sales), 4)::text AS "averageSales", sum(profit)::numeric(14, 4)::text AS profit
     FROM landing.superstore_line WHERE ${where} GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(({ key: name, ...totals }) => ({ key: name, totals }));
}

test('the figures of all order lines are those of the source, to the last digit', async () => {
  const { data, errors } = await orders.ask(
    everywhere,
    `{ orderLines { totalCount ${TOTALS} } orders { totalCount ${TOTALS} } }`,
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    orderLines: { totalCount: 9994, totals: wholeSource },
    orders: { totalCount: 5009, totals: wholeSource },
  });
});

test.each([
  ['REGION', 'upper(region)'],
  ['CATEGORY', "lower(replace(category, ' ', '-'))"],
  ['MARKET_SEGMENT', "upper(replace(segment, ' ', '_'))"],
  ['MONTH', "to_char(order_date, 'YYYY-MM')"],
  ['QUARTER', `to_char(order_date, 'YYYY-"Q"Q')`],
  ['YEAR', "to_char(order_date, 'YYYY')"],
])('groups by %s hold the figures of the source, in order of their keys', async (groupBy, key) => {
  const { data } = await orders.ask<{ salesBy: readonly Group[] }>(
    everywhere,
    `{ salesBy(groupBy: ${groupBy}) { key ${TOTALS} } }`,
  );

  expect(data.salesBy).toEqual(await sumSource('true', key));
});

test.each([
  [
    'a range of days',
    '{ orderedOn: { from: "2016-02-28", to: "2016-03-01" } }',
    "order_date BETWEEN '2016-02-28' AND '2016-03-01'",
  ],
  ['a first day', '{ orderedOn: { from: "2017-12-30" } }', "order_date >= '2017-12-30'"],
  ['regions', '{ regions: [WEST, SOUTH] }', "region IN ('West', 'South')"],
  ['a category', '{ categories: ["office-supplies"] }', "category = 'Office Supplies'"],
  ['a market', '{ marketSegments: [HOME_OFFICE] }', "segment = 'Home Office'"],
  ['a range of amounts', '{ amount: { min: "261.96", max: 731 } }', 'sales BETWEEN 261.96 AND 731'],
  [
    'all conditions at once',
    '{ orderedOn: { to: "2016-12-31" }, regions: [EAST], categories: ["technology"], marketSegments: [CONSUMER], amount: { min: "100" } }',
    "order_date <= '2016-12-31' AND region = 'East' AND category = 'Technology' AND segment = 'Consumer' AND sales >= 100",
  ],
])(
  'lines under %s are those of the source, counted, summed and grouped',
  async (_, filter, where) => {
    const { data } = await orders.ask<{
      orderLines: { totalCount: number; totals: Totals };
      salesBy: readonly Group[];
    }>(
      everywhere,
      `{
      orderLines(filter: ${filter}) { totalCount ${TOTALS} }
      salesBy(groupBy: YEAR, filter: ${filter}) { key ${TOTALS} }
    }`,
    );

    const [expected] = await sumSource(where);
    expect(data.orderLines).toEqual({
      totalCount: expected?.totals.lines,
      totals: expected?.totals,
    });
    expect(data.salesBy).toEqual(await sumSource(where, "to_char(order_date, 'YYYY')"));
  },
);

test.each([
  ['a region', '{ regions: [SOUTH] }', "region = 'South'"],
  [
    'a category on at least one line',
    '{ categories: ["furniture"] }',
    "order_id IN (SELECT order_id FROM landing.superstore_line WHERE category = 'Furniture')",
  ],
  [
    'an amount of the whole order',
    '{ amount: { min: "5000.5", max: "9000" } }',
    'order_id IN (SELECT order_id FROM landing.superstore_line GROUP BY order_id HAVING sum(sales) BETWEEN 5000.5 AND 9000)',
  ],
  [
    'a range of days and a market',
    '{ orderedOn: { from: "2015-06-01", to: "2015-06-30" }, marketSegments: [CORPORATE, HOME_OFFICE] }',
    "order_date BETWEEN '2015-06-01' AND '2015-06-30' AND segment IN ('Corporate', 'Home Office')",
  ],
])('orders under %s have the figures of all their lines', async (_, filter, where) => {
  const { data } = await orders.ask<{ orders: { totalCount: number; totals: Totals } }>(
    everywhere,
    `{ orders(filter: ${filter}) { totalCount ${TOTALS} } }`,
  );

  const [expected] = await sumSource(where);
  expect(data.orders).toEqual({ totalCount: expected?.totals.orders, totals: expected?.totals });
});

test('the figures of an order, a product and the orders of an account are those of their lines', async () => {
  const { data } = await orders.ask<{
    order: { amount: string; totals: Totals; lines: { totals: Totals } };
    _entities: readonly [{ salesTotals: Totals }, { orders: { totals: Totals } }];
  }>(
    everywhere,
    `query ($representations: [_Any!]!) {
      order(id: "CA-2016-152156") { amount ${TOTALS} lines(first: 1) { ${TOTALS} } }
      _entities(representations: $representations) {
        ... on Product { salesTotals { lines orders quantity sales averageSales profit } }
        ... on Account { orders(first: 1) { ${TOTALS} } }
      }
    }`,
    {
      representations: [
        { __typename: 'Product', id: 'FUR-BO-10001798' },
        { __typename: 'Account', id: 'A-12520' },
      ],
    },
  );

  const [ofOrder] = await sumSource("order_id = 'CA-2016-152156'");
  const [ofProduct] = await sumSource("product_id = 'FUR-BO-10001798'");
  const [ofAccount] = await sumSource("customer_id LIKE '%-12520'");
  expect(data).toEqual({
    order: {
      amount: ofOrder?.totals.sales,
      totals: ofOrder?.totals,
      lines: { totals: ofOrder?.totals },
    },
    _entities: [{ salesTotals: ofProduct?.totals }, { orders: { totals: ofAccount?.totals } }],
  });
});

test('a set without lines sums up to zero and has no average', async () => {
  const { data } = await orders.ask(
    everywhere,
    `query ($representations: [_Any!]!) {
      orderLines(filter: { amount: { min: "10", max: "5" } }) { totalCount ${TOTALS} }
      salesBy(groupBy: REGION, filter: { categories: ["groceries"] }) { key }
      _entities(representations: $representations) {
        ... on Product { salesTotals { lines orders quantity sales averageSales profit } }
      }
    }`,
    { representations: [{ __typename: 'Product', id: 'FUR-BO-00000000' }] },
  );

  const nothing = {
    lines: 0,
    orders: 0,
    quantity: 0,
    sales: '0.0000',
    averageSales: null,
    profit: '0.0000',
  };
  expect(data).toEqual({
    orderLines: { totalCount: 0, totals: nothing },
    salesBy: [],
    _entities: [{ salesTotals: nothing }],
  });
});

test('money passes with all its digits, of a line with four decimals as of one with two', async () => {
  const { data } = await orders.ask(
    everywhere,
    '{ a: orderLine(id: "1") { sales discount profit } b: orderLine(id: "4") { sales discount profit } }',
  );

  expect(data).toEqual({
    a: { sales: '261.9600', discount: '0.00', profit: '41.9136' },
    b: { sales: '957.5775', discount: '0.45', profit: '-383.0310' },
  });
});

test('no filter, sort or group speaks of profit', async () => {
  const sdl = await readFile(
    new URL('../../../../subgraphs/orders/schema.graphql', import.meta.url),
    'utf8',
  );

  const names = parse(sdl).definitions.flatMap((definition): readonly string[] => {
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      return (definition.fields ?? []).map(({ name }) => name.value);
    }
    return definition.kind === Kind.ENUM_TYPE_DEFINITION
      ? (definition.values ?? []).map(({ name }) => name.value)
      : [];
  });

  expect(names).toContain('amount');
  expect(names.filter((name) => /profit|margin/i.test(name))).toEqual([]);
});
