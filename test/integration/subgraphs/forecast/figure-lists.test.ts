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

interface Row {
  readonly id: string;
  readonly month: string;
  readonly revenue: string;
}

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly nodes: readonly Row[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGE =
  'edges { cursor node { id } } nodes { id month revenue } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

async function readPages(list: string, sort: string, first: number): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let after: string | null = null;
  do {
    const answer: { readonly data: { readonly list: Page } } = await forecast.ask(
      controller,
      `query ($first: Int, $after: String) { list: ${list}(first: $first, after: $after, sort: ${sort}) { ${PAGE} } }`,
      { first, after },
    );
    const page = answer.data.list;
    pages.push(page);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

const compare = {
  MONTH: (a: Row, b: Row) => a.month.localeCompare(b.month) || (a.id < b.id ? -1 : 1),
  REVENUE: (a: Row, b: Row) => Number(a.revenue) - Number(b.revenue) || (a.id < b.id ? -1 : 1),
};

test.each([
  ['monthlyFigures', 'MONTH', 576],
  ['monthlyFigures', 'REVENUE', 576],
  ['forecast', 'MONTH', 144],
  ['forecast', 'REVENUE', 144],
] as const)(
  'pages of %s by %s show every row once, in order, both ways',
  async (list, by, count) => {
    for (const direction of ['ASC', 'DESC']) {
      const pages = await readPages(list, `${by}_${direction}`, 130);
      const rows = pages.flatMap(({ nodes }) => nodes);

      const inOrder = rows.toSorted(compare[by]);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(count);
      expect(rows).toEqual(direction === 'ASC' ? inOrder : inOrder.toReversed());
    }
  },
);

test('a page says where it stands', async () => {
  const [first, second] = await readPages('forecast', 'MONTH_ASC', 100);

  expect(first?.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: first?.edges[0]?.cursor,
    endCursor: first?.edges[99]?.cursor,
  });
  expect(second?.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  expect(second?.edges.map(({ node }) => node.id)).toEqual(second?.nodes.map(({ id }) => id));
});

test('pages of the accuracy show all twelve measurements', async () => {
  interface Answer {
    forecastAccuracy: {
      totalCount: number;
      nodes: { id: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  }
  const document = `query ($after: String) {
    forecastAccuracy(first: 7, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }
  }`;
  const first = (await forecast.ask<Answer>(controller, document)).data.forecastAccuracy;
  const after = first.pageInfo.endCursor;
  const rest = (await forecast.ask<Answer>(controller, document, { after })).data.forecastAccuracy;

  expect(first.totalCount).toBe(12);
  expect([...first.nodes, ...rest.nodes].map(({ id }) => id)).toEqual(
    ['furniture', 'office-supplies', 'technology'].flatMap((category) =>
      ['central', 'east', 'south', 'west'].map((region) => `${category}-${region}`),
    ),
  );
  expect(rest.pageInfo.hasNextPage).toBe(false);
});

test('the accuracy can be asked of one category and region', async () => {
  const { data } = await forecast.ask(
    controller,
    `{ forecastAccuracy(filter: { regions: [WEST], categories: ["furniture"] }) {
      totals { weightedError bias coverage } nodes { region category { id } actual forecast weightedError baselineWeightedError months monthsWithinBounds }
    } }`,
  );

  expect(data).toEqual({
    forecastAccuracy: {
      totals: { weightedError: '0.2639', bias: '0.1351', coverage: '0.7500' },
      nodes: [
        {
          region: 'WEST',
          category: { id: 'furniture' },
          actual: '71705.7115',
          forecast: '81390.46',
          weightedError: '0.2639',
          baselineWeightedError: '0.3181',
          months: 12,
          monthsWithinBounds: 9,
        },
      ],
    },
  });
});

test('the forecast of a category reaches as many months ahead as asked', async () => {
  interface Answer {
    _entities: [
      {
        quarter: {
          totalCount: number;
          totals: { months: number; revenue: string };
          nodes: { month: string; region: string; revenue: string }[];
        };
        year: object;
      },
    ];
  }
  const { data } = await forecast.ask<Answer>(
    controller,
    `{ _entities(representations: [{ __typename: "Category", id: "technology" }]) { ... on Category {
      quarter: forecast(region: WEST, months: 3) { totalCount totals { months revenue } nodes { month region revenue } }
      year: forecast { totalCount totals { months } }
    } } }`,
  );

  const { quarter, year } = data._entities[0];
  expect(quarter.nodes.map(({ month, region }) => [month, region])).toEqual([
    ['2018-01-01', 'WEST'],
    ['2018-02-01', 'WEST'],
    ['2018-03-01', 'WEST'],
  ]);
  const cents = quarter.nodes.map(({ revenue }) => BigInt(revenue.replace('.', '')));
  const sum = String(cents.reduce((all, one) => all + one, 0n));
  expect(quarter).toMatchObject({
    totalCount: 3,
    totals: { months: 3, revenue: `${sum.slice(0, -2)}.${sum.slice(-2)}` },
  });
  expect(year).toEqual({ totalCount: 48, totals: { months: 12 } });
});

test('the figures of a category are paged, filtered and summed for it alone', async () => {
  const { data } = await forecast.ask(
    controller,
    `{
      _entities(representations: [{ __typename: "Category", id: "furniture" }]) { ... on Category {
        monthlyFigures(first: 1, filter: { regions: [SOUTH], months: { from: "2017-01-01" } }, sort: REVENUE_DESC) {
          totalCount totals { orderLines revenue margin } nodes { month category { id } } pageInfo { hasNextPage }
        }
      } }
      revenueBy(groupBy: CATEGORY, filter: { regions: [SOUTH], months: { from: "2017-01-01" } }) { key totals { orderLines revenue margin } }
    }`,
  );

  const { _entities, revenueBy } = data as {
    _entities: [{ monthlyFigures: { totals: object } }];
    revenueBy: { key: string; totals: object }[];
  };
  expect(_entities[0].monthlyFigures).toMatchObject({
    totalCount: 12,
    nodes: [{ category: { id: 'furniture' } }],
    pageInfo: { hasNextPage: true },
  });
  expect(_entities[0].monthlyFigures.totals).toEqual(
    revenueBy.find(({ key }) => key === 'furniture')?.totals,
  );
});

test('a category that nobody has heard of has no figures, and costs no error', async () => {
  const { data, errors } = await forecast.ask(
    controller,
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Category {
      monthlyFigures { totalCount totals { months revenue averageMonthlyRevenue margin } nodes { id } }
      forecast { totalCount totals { months revenue } nodes { id } }
    } } }`,
    { representations: [{ __typename: 'Category', id: "x'; \u0000" }] },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    _entities: [
      {
        monthlyFigures: {
          totalCount: 0,
          totals: { months: 0, revenue: '0.0000', averageMonthlyRevenue: null, margin: '0.0000' },
          nodes: [],
        },
        forecast: { totalCount: 0, totals: { months: 0, revenue: '0.00' }, nodes: [] },
      },
    ],
  });
});

test.each([
  ['monthlyFigures(first: 0)', 'first must be between 1 and 200, not 0.'],
  ['forecast(first: 201)', 'first must be between 1 and 200, not 201.'],
  ['forecastAccuracy(after: "x")', /^after must be a cursor/],
  [
    'monthlyFigures(filter: { months: { from: "2017-02-01", to: "2017-01-31" } })',
    /^filter\.months must not end before it starts/,
  ],
  ['forecast(filter: { categories: ["Office Supplies"] })', /must hold ids of categories/],
  ['forecastAccuracy(filter: { regions: [] })', /^filter\.regions must have 1 to 200 values/],
])('refuses %s and says what is expected', async (list, message) => {
  const { errors } = await forecast.ask(controller, `{ ${list} { totalCount } }`);

  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toMatch(message);
  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID' });
});

test('a cursor of the figures is refused by the forecast, and one of another order by both', async () => {
  const [page] = await readPages('monthlyFigures', 'MONTH_ASC', 200);
  const { errors } = await forecast.ask(
    controller,
    `query ($after: String) {
      forecast(after: $after, sort: MONTH_ASC) { totalCount }
      monthlyFigures(after: $after, sort: MONTH_DESC) { totalCount }
    }`,
    { after: page?.pageInfo.endCursor },
  );

  expect(errors.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
    [['forecast'], 'INPUT_INVALID'],
    [['monthlyFigures'], 'INPUT_INVALID'],
  ]);
});

test.each([0, 13, -1])('refuses a forecast of %i months', async (months) => {
  const { errors } = await forecast.ask(
    controller,
    `query ($months: Int!) { _entities(representations: [{ __typename: "Category", id: "technology" }]) {
      ... on Category { forecast(months: $months) { totalCount } }
    } }`,
    { months },
  );

  expect(errors[0]?.message).toBe(`months must be between 1 and 12, not ${months}.`);
});

test('answers may be kept for five minutes, by their caller alone', async () => {
  const { cacheControl } = await forecast.ask(
    controller,
    `{
      monthlyFigures { edges { node { month category { id } } } totals { revenue } }
      forecast { edges { node { month category { id } } } totals { revenue } }
      forecastAccuracy { edges { node { actual category { id } } } totals { bias } }
      revenueBy(groupBy: YEAR) { key totals { revenue } }
    }`,
  );

  expect(cacheControl).toBe('max-age=300, private');
});
