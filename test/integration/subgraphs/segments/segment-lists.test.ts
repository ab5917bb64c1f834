import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/segments/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let segments: ProductUnderTest;
/** Counts rows past the product. */
let administrator: Administrator;
beforeAll(async () => {
  segments = await startProductUnderTest('segments', product);
  administrator = await openAdministrator(segments.adminUrl);
});
afterAll(async () => {
  await administrator.close();
  await segments.stop();
});

const marketer = { subject: 'mia', scopes: ['segments:read'] };

interface Page {
  readonly nodes: readonly Readonly<Record<string, string | number>>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

async function readPages(first: number, sort: string, field: string): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let after: string | null = null;
  do {
    const { data, errors } = await segments.ask<{ accountSegments: Page }>(
      marketer,
      `query ($first: Int, $after: String, $sort: AccountSegmentSort!) {
        accountSegments(first: $first, after: $after, sort: $sort) {
          nodes { id ${field} } pageInfo { hasNextPage endCursor }
        }
      }`,
      { first, after, sort },
    );
    expect(errors).toEqual([]);
    const page: Page = data.accountSegments;
    pages.push(page);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

/** Whether values stand in order, and ids where values are equal. */
function inOrder(
  rows: readonly Readonly<Record<string, string | number>>[],
  field: string,
  direction: string,
): boolean {
  const sign = direction === 'ASC' ? 1 : -1;
  const rankOf = (row: Readonly<Record<string, string | number>> | undefined) => {
    const value = row?.[field] ?? '';
    return field === 'monetary' ? Number(value) : value;
  };
  return rows.slice(1).every((row, index) => {
    const before = rows[index];
    const [a, b] = [rankOf(before), rankOf(row)];
    if (a !== b) return (a < b ? 1 : -1) === sign;
    return ((before?.id ?? '') < (row.id ?? '') ? 1 : -1) === sign;
  });
}

test.each([
  ['ID', 'id'],
  ['LABEL', 'label'],
  ['RECENCY_DAYS', 'recencyDays'],
  ['FREQUENCY', 'frequency'],
  ['MONETARY', 'monetary'],
])('pages by %s show every account once, in order, both ways', async (sort, field) => {
  for (const direction of ['ASC', 'DESC']) {
    const pages = await readPages(150, `${sort}_${direction}`, field === 'id' ? '' : field);
    const rows = pages.flatMap(({ nodes }) => nodes);

    expect(pages).toHaveLength(6);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(793);
    expect(inOrder(rows, field, direction), `${sort}_${direction}`).toBe(true);
  }
});

test.each([
  ['ids', '{ ids: ["A-12520", "A-10015", "A-99999"] }', "id IN ('A-12520', 'A-10015')"],
  ['labels', '{ labels: [CHAMPIONS, LOYAL] }', "label IN ('CHAMPIONS', 'LOYAL')"],
  ['days since the last order', '{ recencyDays: { min: 600 } }', 'recency_days >= 600'],
  ['a number of orders', '{ frequency: { min: 10, max: 11 } }', 'frequency IN (10, 11)'],
  [
    'a sum of sales, both ends included',
    '{ monetary: { min: "1148.7800", max: 5000 } }',
    'monetary >= 1148.78 AND monetary <= 5000',
  ],
  [
    'everything at once',
    '{ labels: [LOST], recencyDays: { min: 400 }, frequency: { max: 2 }, monetary: { max: 500 } }',
    "label = 'LOST' AND recency_days >= 400 AND frequency <= 2 AND monetary <= 500",
  ],
])('filters by %s', async (_, filter, where) => {
  const [expected] = await administrator.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM segments.account_segment WHERE ${where}`,
  );
  const count = expected?.count ?? 0;
  const { data, errors } = await segments.ask<{
    accountSegments: { totalCount: number; nodes: unknown[]; totals: { accounts: number } };
  }>(
    marketer,
    `{ accountSegments(first: 200, filter: ${filter}) { totalCount nodes { id } totals { accounts } } }`,
  );

  expect(errors).toEqual([]);
  expect(count).toBeGreaterThan(1);
  expect(count).toBeLessThan(793);
  expect(data.accountSegments.totalCount).toBe(count);
  expect(data.accountSegments.totals.accounts).toBe(count);
  expect(data.accountSegments.nodes).toHaveLength(Math.min(count, 200));
});

test('an amount range that is turned around has nothing in it', async () => {
  const { data } = await segments.ask(
    marketer,
    '{ accountSegments(filter: { monetary: { min: 2, max: 1 } }) { totalCount } }',
  );

  expect(data).toEqual({ accountSegments: { totalCount: 0 } });
});

test('an empty list has totals of nothing', async () => {
  const { data } = await segments.ask(
    marketer,
    '{ accountSegments(filter: { ids: ["x"] }) { totals { accounts orders monetarySum monetaryAverage recencyDaysAverage } } }',
  );

  expect(data).toEqual({
    accountSegments: {
      totals: {
        accounts: 0,
        orders: 0,
        monetarySum: '0.0000',
        monetaryAverage: null,
        recencyDaysAverage: null,
      },
    },
  });
});

test.each([
  ['first: 0', 'first must be between 1 and 200, not 0.'],
  ['first: 201', 'first must be between 1 and 200, not 201.'],
  ['after: "x"', /^after must be a cursor/],
  ['filter: { labels: [] }', /^filter\.labels must have 1 to 200 values, not 0/],
  ['filter: { frequency: { min: 3, max: 2 } }', /^filter\.frequency\.min must not be above max/],
])('refuses %s and says what is expected', async (argument, message) => {
  const { errors } = await segments.ask(
    marketer,
    `{ accountSegments(${argument}) { totalCount } }`,
  );

  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toMatch(message);
  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID' });
});

test('a cursor of one order is refused by another', async () => {
  const [page] = await readPages(200, 'MONETARY_DESC', 'monetary');
  const { errors } = await segments.ask(
    marketer,
    'query ($after: String) { accountSegments(after: $after, sort: FREQUENCY_DESC) { totalCount } }',
    { after: page?.pageInfo.endCursor },
  );

  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID' });
});

test('entities of both types are resolved with one statement, whatever their number', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => `A-${10_000 + index * 5}`);
  const { data, errors, statements } = await segments.ask<{
    _entities: readonly ({ id: string; segment?: { id: string } | null } | null)[];
  }>(
    marketer,
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Account { id segment { id label account { id } } }
        ... on AccountSegment { id label }
      }
    }`,
    {
      representations: [
        ...ids.map((id) => ({ __typename: 'Account', id })),
        ...ids.map((id) => ({ __typename: 'AccountSegment', id })),
      ],
    },
  );

  expect(errors).toEqual([]);
  expect(statements).toHaveLength(1);
  const known = data._entities.slice(300).filter((entity) => entity !== null);
  const joined = data._entities.slice(0, 300).flatMap((entity) => entity?.segment ?? []);
  expect(known.length).toBeGreaterThan(50);
  expect(joined.map(({ id }) => id)).toEqual(known.map((entity) => entity.id));
});

test('an id that no account can have is nobody, and costs no error', async () => {
  const { data, errors } = await segments.ask(
    marketer,
    `query ($id: ID!) { accountSegment(id: $id) { id } accountSegments(filter: { ids: [$id] }) { totalCount } }`,
    { id: "A-12520'; \u0000" },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({ accountSegment: null, accountSegments: { totalCount: 0 } });
});

test('what is not selected is not asked of the database', async () => {
  const ask = async (selection: string) =>
    (await segments.ask(marketer, `{ accountSegments { ${selection} } }`)).statements.length;

  expect(await ask('__typename')).toBe(0);
  expect(await ask('totalCount')).toBe(1);
  expect(await ask('nodes { id } edges { cursor } pageInfo { endCursor }')).toBe(1);
  expect(await ask('nodes { account { segment { label } } } totals { accounts }')).toBe(2);
});

test('answers may be kept for five minutes, by their caller alone', async () => {
  const { cacheControl } = await segments.ask(
    marketer,
    '{ accountSegments { edges { node { label account { id } } } totals { accounts } } segmentSummary { key totals { accounts } } segmentRules { label } }',
  );

  expect(cacheControl).toBe('max-age=300, private');
});
