import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/accounts/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface Account {
  readonly id: string;
  readonly marketSegment: string;
}

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: Account }[];
  readonly nodes: readonly Account[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
}

let accounts: ProductUnderTest;
beforeAll(async () => {
  accounts = await startProductUnderTest('accounts', product);
});
afterAll(() => accounts.stop());

/** Asks page after page until the list says that it ends. */
async function walk(variables: Readonly<Record<string, unknown>>): Promise<readonly Connection[]> {
  const pages: Connection[] = [];
  let after: string | null = null;
  do {
    const page = await askPage({ ...variables, after });
    pages.push(page);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

async function askPage(variables: Readonly<Record<string, unknown>>): Promise<Connection> {
  const { data } = await accounts.ask<{ accounts: Connection }>(
    {},
    `query ($first: Int, $after: String, $filter: AccountFilter, $sort: AccountSort! = ID_ASC) {
      accounts(first: $first, after: $after, filter: $filter, sort: $sort) {
        edges { cursor node { id } }
        nodes { id marketSegment }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables,
  );
  return data.accounts;
}

const nodesOf = (pages: readonly Connection[]) => pages.flatMap(({ nodes }) => nodes);

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

const RANKS: Readonly<Record<string, (a: Account, b: Account) => number>> = {
  ID_ASC: (a, b) => compare(a.id, b.id),
  ID_DESC: (a, b) => compare(b.id, a.id),
  MARKET_SEGMENT_ASC: (a, b) => compare(a.marketSegment, b.marketSegment) || compare(a.id, b.id),
  MARKET_SEGMENT_DESC: (a, b) => compare(b.marketSegment, a.marketSegment) || compare(b.id, a.id),
};

test.each(
  Object.keys(RANKS).flatMap((sort) => [
    { sort, first: 7 },
    { sort, first: 61 },
    { sort, first: 200 },
  ]),
)('a walk by $sort in pages of $first meets every account once, in order', async (args) => {
  const pages = await walk(args);
  const nodes = nodesOf(pages);

  expect(pages).toHaveLength(Math.ceil(793 / args.first));
  expect(nodes).toHaveLength(793);
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(793);
  expect(nodes).toEqual(nodes.toSorted(RANKS[args.sort]));
});

test('every cursor leads to the account that follows its own', async () => {
  const filter = {
    ids: nodesOf(await walk({ first: 200 }))
      .slice(300, 310)
      .map(({ id }) => id),
  };
  const [page] = await walk({ first: 10, filter, sort: 'MARKET_SEGMENT_DESC' });
  const edges = page?.edges ?? [];

  const followers = await Promise.all(
    edges.map(async ({ cursor }) => {
      const { data } = await accounts.ask<{ accounts: Connection }>(
        {},
        `query ($after: String, $filter: AccountFilter) {
          accounts(first: 1, after: $after, filter: $filter, sort: MARKET_SEGMENT_DESC) { nodes { id } }
        }`,
        { after: cursor, filter },
      );
      return data.accounts.nodes[0]?.id;
    }),
  );

  expect(edges).toHaveLength(10);
  expect(followers).toEqual([...edges.slice(1).map(({ node }) => node.id), undefined]);
});

test('conditions of a filter must all hold', async () => {
  const consumers = nodesOf(await walk({ first: 200, filter: { marketSegments: ['CONSUMER'] } }));
  const both = await walk({
    first: 200,
    filter: { ids: ['A-12520', 'A-13045', 'nobody'], marketSegments: ['CORPORATE'] },
  });

  expect(consumers).toHaveLength(409);
  expect(new Set(consumers.map(({ marketSegment }) => marketSegment))).toEqual(
    new Set(['CONSUMER']),
  );
  expect(nodesOf(both)).toEqual([{ id: 'A-13045', marketSegment: 'CORPORATE' }]);
});

test.each([
  ['accounts(first: 0)', 'first must be between 1 and 200, not 0.'],
  ['accounts(first: 201)', 'first must be between 1 and 200, not 201.'],
  ['accounts(first: -5)', 'first must be between 1 and 200, not -5.'],
  ['accounts(after: "A-12520")', 'after must be a cursor'],
  ['accounts(filter: { ids: [] })', 'filter.ids must have 1 to 200 values, not 0;'],
  ['accounts(filter: { marketSegments: [] })', 'filter.marketSegments must have 1 to 200 values'],
])('%s is refused with INPUT_INVALID and what is allowed', async (field, message) => {
  const { data, errors } = await accounts.ask({}, `{ list: ${field} { nodes { id } } }`);

  expect(data).toEqual({ list: null });
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toContain(message);
  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID', public: true });
});

test('a cursor of one order is refused in another', async () => {
  const [page] = await walk({ first: 200 });

  const { errors } = await accounts.ask(
    {},
    'query ($after: String) { accounts(after: $after, sort: ID_DESC) { nodes { id } } }',
    { after: page?.pageInfo.endCursor },
  );

  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['INPUT_INVALID']);
});

test('a list counts only when totalCount is selected', async () => {
  const without = await accounts.ask({}, '{ accounts { nodes { id } } }');
  const withCount = await accounts.ask({}, '{ accounts { nodes { id } totalCount } }');

  expect(without.statements).toHaveLength(1);
  expect(withCount.statements).toHaveLength(2);
});

test('all 793 accounts of one fetch are one statement, in the order asked', async () => {
  const administrator = await openAdministrator(accounts.adminUrl);
  const rows = await administrator.query<{ id: string }>(
    'SELECT id FROM accounts.account ORDER BY md5(id)',
  );
  await administrator.close();
  const ids = ['A-00000', ...rows.map(({ id }) => id), 'A-12520'];

  const { data, statements } = await accounts.ask<{ _entities: readonly (Account | null)[] }>(
    {},
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Account { id marketSegment } }
    }`,
    { representations: ids.map((id) => ({ __typename: 'Account', id })) },
  );

  expect(data._entities.map((entity) => entity?.id ?? null)).toEqual([null, ...ids.slice(1)]);
  expect(statements).toHaveLength(1);
});

test('several accounts asked for by aliases are one statement, and nobody is null', async () => {
  const { data, errors, statements } = await accounts.ask(
    {},
    '{ a: account(id: "A-12520") { id } b: account(id: "A-13045") { id } c: account(id: "x") { id } }',
  );

  expect(data).toEqual({ a: { id: 'A-12520' }, b: { id: 'A-13045' }, c: null });
  expect(errors).toEqual([]);
  expect(statements).toHaveLength(1);
});
