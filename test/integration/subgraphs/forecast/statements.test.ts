import { afterAll, beforeAll, expect, test } from 'vitest';

import { product } from '../../../../subgraphs/forecast/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let forecast: ProductUnderTest;
beforeAll(async () => {
  forecast = await startProductUnderTest('forecast', product);
});
afterAll(() => forecast.stop());

const controller = {
  subject: 'cora',
  scopes: ['forecast:read', 'forecast:margin'],
  claims: { regions: ['West', 'East', 'Central', 'South'] },
};

const represent = (typename: string, ids: readonly string[]) =>
  ids.map((id) => ({ __typename: typename, id }));

const categories = represent('Category', ['furniture', 'office-supplies', 'technology']);
const figures = represent(
  'MonthlyFigures',
  Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(2, '0')).flatMap((month) =>
    ['west', 'east', 'central', 'south'].map((region) => `2017-${month}-technology-${region}`),
  ),
);

/** How many statements a gateway fetch of these entities costs. */
async function countStatements(representations: readonly object[], selection: string) {
  const { errors, statements } = await forecast.ask(
    controller,
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`,
    { representations },
  );
  expect(errors).toEqual([]);
  return statements.length;
}

test('forty-eight monthly figures are one statement', async () => {
  expect(await countStatements(figures, '... on MonthlyFigures { revenue category { id } }')).toBe(
    1,
  );
});

test('pages of several categories are one statement, their sums and counts one each', async () => {
  expect(
    await countStatements(
      categories,
      `... on Category {
        monthlyFigures(first: 5, filter: { regions: [WEST] }) { totalCount totals { revenue } nodes { month } edges { cursor } }
        forecast(months: 6) { totalCount totals { revenue } nodes { month } pageInfo { endCursor } }
      }`,
    ),
  ).toBe(6);
});

test('each alias with arguments of its own is one statement more', async () => {
  expect(
    await countStatements(
      categories,
      '... on Category { west: forecast(region: WEST) { nodes { revenue } } east: forecast(region: EAST) { nodes { revenue } } }',
    ),
  ).toBe(2);
});

test('what is not selected is not asked of the database', async () => {
  const ask = async (document: string) =>
    (await forecast.ask(controller, document)).statements.length;

  expect(await ask('{ monthlyFigures { __typename } forecast { __typename } }')).toBe(0);
  expect(await ask('{ monthlyFigures { totalCount } }')).toBe(1);
  expect(await ask('{ forecast { nodes { id } edges { cursor } pageInfo { endCursor } } }')).toBe(
    1,
  );
  expect(await ask('{ forecastAccuracy { nodes { id } totals { bias } } }')).toBe(2);
});
