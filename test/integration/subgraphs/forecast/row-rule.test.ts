import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/forecast/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
  type TestCaller,
} from '../../../support/start-product-under-test.ts';

let forecast: ProductUnderTest;
beforeAll(async () => {
  forecast = await startProductUnderTest('forecast', product);
});
afterAll(() => forecast.stop());

const scopes = ['forecast:read', 'forecast:margin'];
const west = { subject: 'wes', scopes, claims: { regions: ['West'] } };

/** Asks for figures of all regions by every path that leads to one. */
const ask = (caller: TestCaller) =>
  forecast.ask<{
    figures: { nodes: readonly { region: string }[] };
    forecast: { nodes: readonly { region: string }[] };
  }>(
    caller,
    `query ($representations: [_Any!]!) {
      figures: monthlyFigures(first: 200) { totalCount totals { revenue margin } nodes { region } }
      southern: monthlyFigures(filter: { regions: [SOUTH] }) { totalCount totals { revenue } nodes { id } }
      revenueBy(groupBy: REGION) { key totals { revenue } }
      forecast(first: 200) { totalCount nodes { region } }
      forecastAccuracy { totalCount totals { actual } nodes { id } }
      _entities(representations: $representations) {
        ... on MonthlyFigures { id }
        ... on Category {
          monthlyFigures(filter: { regions: [SOUTH] }) { totalCount totals { revenue } nodes { id } }
          forecast(region: SOUTH) { totalCount totals { revenue } nodes { id } }
        }
      }
    }`,
    {
      representations: [
        { __typename: 'MonthlyFigures', id: '2017-12-furniture-south' },
        { __typename: 'Category', id: 'furniture' },
      ],
    },
  );

const noSouth = {
  southern: { totalCount: 0, totals: { revenue: '0.0000' }, nodes: [] },
  _entities: [
    null,
    {
      monthlyFigures: { totalCount: 0, totals: { revenue: '0.0000' }, nodes: [] },
      forecast: { totalCount: 0, totals: { revenue: '0.00' }, nodes: [] },
    },
  ],
};

test('a caller of the west sees the west alone, by every path', async () => {
  const { data, errors } = await ask(west);

  expect(errors).toEqual([]);
  expect(data).toMatchObject({
    ...noSouth,
    figures: { totalCount: 144, totals: { revenue: '725457.8245', margin: '108418.4489' } },
    revenueBy: [{ key: 'WEST', totals: { revenue: '725457.8245' } }],
    forecast: { totalCount: 36 },
    forecastAccuracy: {
      totalCount: 3,
      totals: { actual: '250128.3655' },
      nodes: [{ id: 'furniture-west' }, { id: 'office-supplies-west' }, { id: 'technology-west' }],
    },
  });
  const regions = [...data.figures.nodes, ...data.forecast.nodes].map(({ region }) => region);
  expect(new Set(regions)).toEqual(new Set(['WEST']));
});

test.each<[string, TestCaller['claims']]>([
  ['no claim at all', {}],
  ['a claim that is empty', { regions: [] }],
  ['a claim that is a text', { regions: 'West' }],
  ['a region in another spelling', { regions: ['WEST'] }],
])('%s shows nothing by any path', async (_, claims = {}) => {
  const { data, errors } = await ask({ subject: 'nobody', scopes, claims });

  expect(errors).toEqual([]);
  expect(data).toEqual({
    ...noSouth,
    figures: { totalCount: 0, totals: { revenue: '0.0000', margin: '0.0000' }, nodes: [] },
    revenueBy: [],
    forecast: { totalCount: 0, nodes: [] },
    forecastAccuracy: { totalCount: 0, totals: { actual: '0.0000' }, nodes: [] },
  });
});

test('the forecast of one region is the same whoever asks, though it is made from all', async () => {
  const document = '{ forecast(filter: { regions: [WEST] }) { totals { revenue } } }';
  const everywhere = { ...west, claims: { regions: ['West', 'East', 'Central', 'South'] } };

  const ofWest = await forecast.ask(west, document);

  expect(ofWest.data).toEqual((await forecast.ask(everywhere, document)).data);
});

test('the row rule binds the runtime role itself, which can write nothing', async () => {
  const role = await openAdministrator(forecast.databaseUrl);
  const rows = await role.query(
    `SELECT (SELECT count(*) FROM forecast.monthly_figures)::int AS figures,
       (SELECT count(*) FROM forecast.forecast_month)::int AS months,
       (SELECT count(*) FROM forecast.forecast_accuracy)::int AS accuracy`,
  );
  const writing = role.runScript('UPDATE forecast.monthly_figures SET revenue = 0');

  expect(rows).toEqual([{ figures: 0, months: 0, accuracy: 0 }]);
  await expect(writing).rejects.toThrow(/permission denied/);
  await role.close();
});
