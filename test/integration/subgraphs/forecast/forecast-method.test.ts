/**
 * The forecast against its published method, written a second time in floats: a mistake
 * in either shows as a difference of more than some cents.
 */

import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/forecast/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

/** A category in a region, such as furniture in the west. */
interface Series {
  readonly category: string;
  readonly region: string;
}

interface ForecastNode {
  readonly month: string;
  readonly region: string;
  readonly category: { readonly id: string };
  readonly revenue: string;
  readonly lower: string;
  readonly upper: string;
}

const CATEGORIES = ['furniture', 'office-supplies', 'technology'];
const REGIONS = ['WEST', 'EAST', 'CENTRAL', 'SOUTH'];
const ALL_SERIES: readonly Series[] = CATEGORIES.flatMap((category) =>
  REGIONS.map((region) => ({ category, region })),
);
const MONTHS = Array.from({ length: 12 }, (_, index) => index + 1);

const controller = {
  subject: 'cora',
  scopes: ['forecast:read'],
  claims: { regions: ['West', 'East', 'Central', 'South'] },
};

let forecast: ProductUnderTest;
/** Sales by `year month category region`. */
let sales: ReadonlyMap<string, number>;
beforeAll(async () => {
  forecast = await startProductUnderTest('forecast', product);
  const administrator = await openAdministrator(forecast.adminUrl);
  const rows = await administrator.query<{ key: string; sales: string }>(
    `SELECT concat_ws(' ', extract(year FROM order_date), extract(month FROM order_date),
       lower(replace(category, ' ', '-')), upper(region)) AS key, sum(sales)::text AS sales
     FROM landing.superstore_line GROUP BY 1`,
  );
  await administrator.close();
  sales = new Map(rows.map((row) => [row.key, Number(row.sales)]));
});
afterAll(() => forecast.stop());

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

const actual = ({ category, region }: Series, year: number, month: number) =>
  sales.get(`${year} ${month} ${category} ${region}`) ?? 0;

const ofYear = (series: Series, year: number) =>
  sum(MONTHS.map((month) => actual(series, year, month)));

/** What the method says for a month of `year`, knowing the years from 2014 to the one before. */
function project(series: Series, year: number, month: number): number {
  const years = Array.from({ length: year - 2014 }, (_, index) => 2014 + index);
  const totals = years.map((known) => sum(ALL_SERIES.map((one) => ofYear(one, known))));
  const first = totals[0] ?? 0;
  const last = totals.at(-1) ?? 0;
  const growth = 1 + (last - first) / (years.length - 1) / last;
  const ofMonth = sum(years.flatMap((known) => ALL_SERIES.map((one) => actual(one, known, month))));
  return ofYear(series, year - 1) * growth * (ofMonth / sum(totals));
}

/** The value that `share` of the others do not exceed; one of them, never between two. */
function percentile(values: readonly number[], share: number): number {
  const ranked = values.toSorted((a, b) => a - b);
  return ranked[Math.max(0, Math.ceil(share * ranked.length) - 1)] ?? 0;
}

/** The 10th and 90th percentile of actual / forecast of a category in earlier years. */
function boundsOf(category: string, years: readonly number[]): readonly [number, number] {
  const misses = years.flatMap((year) =>
    ALL_SERIES.filter((series) => series.category === category).flatMap((series) =>
      MONTHS.map((month) => actual(series, year, month) / project(series, year, month)),
    ),
  );
  return [percentile(misses, 0.1), percentile(misses, 0.9)];
}

async function listForecast(): Promise<readonly ForecastNode[]> {
  const { data } = await forecast.ask<{ forecast: { nodes: readonly ForecastNode[] } }>(
    controller,
    '{ forecast(first: 200) { nodes { month region category { id } revenue lower upper } } }',
  );
  return data.forecast.nodes;
}

test('the forecast covers the twelve months after the last, for every category and region', async () => {
  const listed = await listForecast();

  const keys = listed.map(({ month, category, region }) => `${month} ${category.id} ${region}`);
  const expected = MONTHS.flatMap((month) =>
    ALL_SERIES.map(
      ({ category, region }) => `2018-${String(month).padStart(2, '0')}-01 ${category} ${region}`,
    ),
  );
  expect(keys.toSorted()).toEqual(expected.toSorted());
});

test('every expected revenue and every bound is what the method gives, to the cent', async () => {
  const listed = await listForecast();

  expect(listed).toHaveLength(144);
  for (const { month, category, region, revenue, lower, upper } of listed) {
    const series = { category: category.id, region };
    const expected = project(series, 2018, Number(month.slice(5, 7)));
    const [low, high] = boundsOf(category.id, [2016, 2017]);
    const where = `${month} ${category.id} ${region}`;
    expect(Math.abs(Number(revenue) - expected), where).toBeLessThan(0.011);
    // Bounds are made of ratios to forecasts that were rounded to cents.
    expect(Math.abs(Number(lower) - expected * low), where).toBeLessThan(0.1);
    expect(Math.abs(Number(upper) - expected * high), where).toBeLessThan(0.1);
    expect(Number(lower)).toBeLessThanOrEqual(Number(revenue));
    expect(Number(revenue)).toBeLessThanOrEqual(Number(upper));
  }
});

/** The hold-out, measured from the source alone. */
function measure() {
  const months = ALL_SERIES.flatMap((series) => {
    const [low, high] = boundsOf(series.category, [2016]);
    return MONTHS.map((month) => {
      const expected = project(series, 2017, month);
      const real = actual(series, 2017, month);
      return {
        month,
        expected,
        real,
        baseline: actual(series, 2016, month),
        within: expected * low <= real && real <= expected * high,
      };
    });
  });
  const total = sum(months.map(({ real }) => real));
  const whole = MONTHS.map((month) => months.filter((one) => one.month === month));
  return {
    weightedError: sum(months.map(({ expected, real }) => Math.abs(expected - real))) / total,
    baseline: sum(months.map(({ baseline, real }) => Math.abs(baseline - real))) / total,
    bias: sum(months.map(({ expected, real }) => expected - real)) / total,
    coverage: months.filter(({ within }) => within).length / months.length,
    wholeMonths:
      sum(whole.map((ones) => Math.abs(sum(ones.map(({ expected, real }) => expected - real))))) /
      total,
  };
}

test('the measured error is that of a forecast which has not seen the last twelve months', async () => {
  const { data } = await forecast.ask<{
    forecastAccuracy: { totals: Record<string, string>; nodes: Record<string, unknown>[] };
  }>(
    controller,
    `{ forecastAccuracy {
      totals { actual forecast weightedError baselineWeightedError bias coverage }
      nodes { id firstMonth lastMonth months }
    } }`,
  );

  const measured = measure();
  expect(data.forecastAccuracy.totals).toEqual({
    actual: '733215.2552',
    forecast: '671684.66',
    weightedError: measured.weightedError.toFixed(4),
    baselineWeightedError: measured.baseline.toFixed(4),
    bias: measured.bias.toFixed(4),
    coverage: measured.coverage.toFixed(4),
  });
  expect(data.forecastAccuracy.nodes).toHaveLength(12);
  for (const node of data.forecastAccuracy.nodes) {
    expect(node).toMatchObject({ firstMonth: '2017-01-01', lastMonth: '2017-12-01', months: 12 });
  }
});

test('the errors that contract, descriptor and README state are the measured ones', async () => {
  const { weightedError, baseline, bias, coverage, wholeMonths } = measure();
  const shares = [weightedError, baseline, bias, coverage, wholeMonths].map((share) => share * 100);

  for (const [file, digits] of [
    ['README.md', 2],
    ['contract.odcs.yaml', 2],
    ['product.odps.yaml', 1],
  ] as const) {
    const folder = new URL('../../../../subgraphs/forecast/', import.meta.url);
    const text = await readFile(new URL(file, folder), 'utf8');
    for (const share of shares) {
      expect(text, file).toContain(`${Math.abs(share).toFixed(digits)} %`);
    }
  }
});

test('the method misses by less than repeating the year before, in every series', async () => {
  const { data } = await forecast.ask<{
    forecastAccuracy: { nodes: { weightedError: string; baselineWeightedError: string }[] };
  }>(controller, '{ forecastAccuracy { nodes { weightedError baselineWeightedError } } }');

  for (const { weightedError, baselineWeightedError } of data.forecastAccuracy.nodes) {
    expect(Number(weightedError)).toBeLessThan(Number(baselineWeightedError));
  }
});
