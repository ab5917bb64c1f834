import { afterAll, beforeAll, expect, test } from 'vitest';

import { createPool, type PostgresPool } from '../../../../shared/postgres/create-pool.ts';
import { inTransaction } from '../../../../shared/postgres/in-transaction.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/orders/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
  type TestCaller,
} from '../../../support/start-product-under-test.ts';

let orders: ProductUnderTest;
let administrator: Administrator;
/** Connections as the product's own role, past its resolvers. */
let pool: PostgresPool;
beforeAll(async () => {
  orders = await startProductUnderTest('orders', product);
  administrator = await openAdministrator(orders.adminUrl);
  pool = createPool({
    url: orders.databaseUrl,
    size: 1,
    statementTimeoutMs: 10_000,
    applicationName: 'row-rule test',
  });
});
afterAll(async () => {
  await pool.close();
  await administrator.close();
  await orders.stop();
});

const scopes = ['orders:margin', 'orders:write'];
const west = { subject: 'wes', scopes, claims: { regions: ['West'] } };
const south = { subject: 'sue', scopes, claims: { regions: ['South'] } };

// Order CA-2016-152156 with its lines 1 and 2 went to the south.
const SOUTHERN_ORDER = 'CA-2016-152156';
const SOUTHERN_LINE = '1';

const TOTALS = 'totals { lines orders quantity sales averageSales profit }';
const westTotals = {
  lines: 3203,
  orders: 1611,
  quantity: 12266,
  sales: '725457.8245',
  averageSales: '226.4932',
  profit: '108418.4489',
};
const nothing = {
  lines: 0,
  orders: 0,
  quantity: 0,
  sales: '0.0000',
  averageSales: null,
  profit: '0.0000',
};

test('what is hidden from the west is there for the south', async () => {
  const { data } = await orders.ask(
    south,
    `{ order(id: "${SOUTHERN_ORDER}") { region } orderLine(id: "${SOUTHERN_LINE}") { order { id } } }`,
  );

  expect(data).toEqual({
    order: { region: 'SOUTH' },
    orderLine: { order: { id: SOUTHERN_ORDER } },
  });
});

test('a row of another region is not there by its id', async () => {
  const { data, errors } = await orders.ask(
    west,
    `query ($representations: [_Any!]!) {
      order(id: "${SOUTHERN_ORDER}") { id amount }
      orderLine(id: "${SOUTHERN_LINE}") { id sales }
      _entities(representations: $representations) {
        ... on Order { id amount }
        ... on OrderLine { id sales }
      }
    }`,
    {
      representations: [
        { __typename: 'Order', id: SOUTHERN_ORDER },
        { __typename: 'OrderLine', id: SOUTHERN_LINE },
      ],
    },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({ order: null, orderLine: null, _entities: [null, null] });
});

test('a list filtered to another region is empty, in nodes, count and totals', async () => {
  const { data } = await orders.ask(
    west,
    `{
      orders(filter: { regions: [SOUTH, EAST, CENTRAL] }) { nodes { id } totalCount ${TOTALS} }
      orderLines(filter: { regions: [SOUTH, EAST, CENTRAL] }) { nodes { id } totalCount ${TOTALS} }
      salesBy(groupBy: REGION, filter: { regions: [SOUTH] }) { key }
    }`,
  );

  const empty = { nodes: [], totalCount: 0, totals: nothing };
  expect(data).toEqual({ orders: empty, orderLines: empty, salesBy: [] });
});

test('count and totals of a whole list are those of the caller’s region', async () => {
  const { data } = await orders.ask(
    west,
    `{ orders { totalCount ${TOTALS} } orderLines { totalCount ${TOTALS} } }`,
  );

  expect(data).toEqual({
    orders: { totalCount: 1611, totals: westTotals },
    orderLines: { totalCount: 3203, totals: westTotals },
  });
});

test.each(['REGION', 'CATEGORY', 'MARKET_SEGMENT', 'MONTH', 'QUARTER', 'YEAR'])(
  'groups by %s add up to the caller’s region and nothing more',
  async (groupBy) => {
    const { data } = await orders.ask<{ salesBy: { key: string; totals: { lines: number } }[] }>(
      west,
      `{ salesBy(groupBy: ${groupBy}) { key totals { lines } } }`,
    );

    expect(data.salesBy.reduce((sum, { totals }) => sum + totals.lines, 0)).toBe(3203);
    if (groupBy === 'REGION') expect(data.salesBy.map(({ key }) => key)).toEqual(['WEST']);
  },
);

test('the orders of all accounts together are those of the caller’s region', async () => {
  const accounts = await administrator.query<{ id: string }>(
    'SELECT DISTINCT account_id AS id FROM orders.order',
  );
  const { data } = await orders.ask<{
    _entities: {
      orders: { totalCount: number; totals: { lines: number }; nodes: { region: string }[] };
    }[];
  }>(
    west,
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Account { orders(first: 200) { totalCount totals { lines } nodes { region } } }
      }
    }`,
    { representations: accounts.map(({ id }) => ({ __typename: 'Account', id })) },
  );

  const lists = data._entities.map((account) => account.orders);
  expect(accounts).toHaveLength(793);
  expect(lists.reduce((sum, list) => sum + list.totalCount, 0)).toBe(1611);
  expect(lists.reduce((sum, list) => sum + list.totals.lines, 0)).toBe(3203);
  expect(lists.flatMap((list) => list.nodes)).toHaveLength(1611);
  expect(new Set(lists.flatMap((list) => list.nodes.map(({ region }) => region)))).toEqual(
    new Set(['WEST']),
  );
});

test('the order lines and figures of all products together are those of the caller’s region', async () => {
  const products = await administrator.query<{ id: string }>(
    'SELECT DISTINCT product_id AS id FROM orders.order_line',
  );
  const { data } = await orders.ask<{
    _entities: {
      salesTotals: { lines: number };
      orderLines: { totalCount: number; nodes: { order: { region: string } }[] };
    }[];
  }>(
    west,
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Product {
          salesTotals { lines }
          orderLines(first: 200) { totalCount nodes { order { region } } }
        }
      }
    }`,
    { representations: products.map(({ id }) => ({ __typename: 'Product', id })) },
  );

  const lines = data._entities.flatMap(({ orderLines }) => orderLines.nodes);
  expect(products).toHaveLength(1862);
  expect(data._entities.reduce((sum, { salesTotals }) => sum + salesTotals.lines, 0)).toBe(3203);
  expect(data._entities.reduce((sum, list) => sum + list.orderLines.totalCount, 0)).toBe(3203);
  expect(lines).toHaveLength(3203);
  expect(new Set(lines.map(({ order }) => order.region))).toEqual(new Set(['WEST']));
});

test('a cursor made in another region leads to rows of the caller’s region only', async () => {
  const list = '(first: 50, sort: AMOUNT_DESC, after: $after)';
  const document = `query ($after: String) {
    orders${list} { nodes { region amount } pageInfo { endCursor } }
  }`;
  interface Answer {
    orders: { nodes: { region: string; amount: string }[]; pageInfo: { endCursor: string } };
  }
  const { data: ofSouth } = await orders.ask<Answer>(south, document);
  const { endCursor } = ofSouth.orders.pageInfo;
  const { data: ofWest } = await orders.ask<Answer>(west, document, { after: endCursor });

  const last = Number(ofSouth.orders.nodes.at(-1)?.amount);
  expect(ofWest.orders.nodes).toHaveLength(50);
  expect(ofWest.orders.nodes.every(({ region }) => region === 'WEST')).toBe(true);
  expect(ofWest.orders.nodes.every(({ amount }) => Number(amount) <= last)).toBe(true);
});

test.each<[string, TestCaller['claims']]>([
  ['no claim at all', {}],
  ['a claim that is empty', { regions: [] }],
  ['a claim that is a text', { regions: 'South' }],
  ['a claim that is null', { regions: null }],
  ['a claim that is an object', { regions: { South: true } }],
  ['a claim that nests', { regions: [['South']] }],
  ['a region in another spelling', { regions: ['SOUTH', 'south', '*', '%'] }],
  ['the right value in another claim', { region: ['South'] }],
])('%s shows no rows by any path', async (_, claims = {}) => {
  const { data } = await orders.ask(
    { subject: 'nobody', scopes, claims },
    `query ($representations: [_Any!]!) {
      order(id: "${SOUTHERN_ORDER}") { id }
      orderLine(id: "${SOUTHERN_LINE}") { id }
      orders { nodes { id } totalCount ${TOTALS} }
      orderLines { nodes { id } totalCount ${TOTALS} }
      salesBy(groupBy: MONTH) { key }
      _entities(representations: $representations) {
        ... on Order { id }
        ... on OrderLine { id }
        ... on Account { orders { totalCount } }
        ... on Product { orderLines { totalCount } salesTotals { lines } }
      }
    }`,
    {
      representations: [
        { __typename: 'Order', id: SOUTHERN_ORDER },
        { __typename: 'OrderLine', id: SOUTHERN_LINE },
        { __typename: 'Account', id: 'A-12520' },
        { __typename: 'Product', id: 'FUR-BO-10001798' },
      ],
    },
  );

  const empty = { nodes: [], totalCount: 0, totals: nothing };
  expect(data).toEqual({
    order: null,
    orderLine: null,
    orders: empty,
    orderLines: empty,
    salesBy: [],
    _entities: [
      null,
      null,
      { orders: { totalCount: 0 } },
      { orderLines: { totalCount: 0 }, salesTotals: { lines: 0 } },
    ],
  });
});

const RECORD = `mutation ($input: RecordReturnInput!) {
  recordReturn(input: $input) { return { id orderLine { id } } }
}`;
interface Recorded {
  recordReturn: { return: { id: string } } | null;
}
const goods = { orderLineId: SOUTHERN_LINE, quantity: 1, reason: 'DAMAGED' };

async function countReturns(): Promise<number> {
  const [row] = await administrator.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM orders.return_line',
  );
  return row?.count ?? 0;
}

test('a return cannot be recorded on a line of another region, which looks like no line at all', async () => {
  const before = await countReturns();
  const ask = (orderLineId: string) =>
    orders.ask(west, RECORD, { input: { ...goods, orderLineId, idempotencyKey: 'west-1' } });

  const hidden = await ask(SOUTHERN_LINE);
  const absent = await ask('999999');

  const said = (id: string) => ({
    message: `There is no order line "${id}" in your regions; ids are whole numbers such as 1.`,
    extensions: { code: 'ENTITY_NOT_FOUND', public: true, argument: 'input.orderLineId' },
  });
  expect(hidden.errors).toMatchObject([said(SOUTHERN_LINE)]);
  expect(absent.errors).toMatchObject([said('999999')]);
  expect(await countReturns()).toBe(before);
});

test('another subject’s idempotency key replays nothing, neither over a region nor within it', async () => {
  const input = { ...goods, idempotencyKey: 'shared-key' };
  const first = await orders.ask<Recorded>(south, RECORD, { input });
  const fromWest = await orders.ask<Recorded>(west, RECORD, { input });
  const neighbour = { ...south, subject: 'sid' };
  const fromNeighbour = await orders.ask<Recorded>(neighbour, RECORD, { input });

  expect(fromWest.errors).toMatchObject([{ extensions: { code: 'ENTITY_NOT_FOUND' } }]);
  expect(fromWest.data.recordReturn).toBeNull();
  expect(fromNeighbour.errors).toEqual([]);
  expect(fromNeighbour.data.recordReturn?.return.id).not.toBe(first.data.recordReturn?.return.id);
});

test('a caller who has lost the region is not answered by repeating a key from before', async () => {
  const input = { ...goods, orderLineId: '2', idempotencyKey: 'before-the-move' };
  const before = await orders.ask<Recorded>(south, RECORD, { input });
  const moved = { ...south, claims: { regions: ['West'] } };
  const after = await orders.ask<Recorded>(moved, RECORD, { input });

  expect(before.errors).toEqual([]);
  expect(after.errors).toMatchObject([{ extensions: { code: 'ENTITY_NOT_FOUND' } }]);
  expect(after.data.recordReturn).toBeNull();
});

/** Runs one statement as the product's role under these claims. */
function asRole<Row extends object>(claims: object, sql: string): Promise<readonly Row[]> {
  return inTransaction(pool, (client) => client.query<Row>(sql), {
    parameters: { 'mesh.claims': JSON.stringify(claims) },
  });
}

test('returns of another region and keys of another subject are not there for the role itself', async () => {
  await orders.ask(south, RECORD, {
    input: { ...goods, orderLineId: '2', idempotencyKey: 'role-1' },
  });
  const sql = `SELECT (SELECT count(*)::int FROM return_line) AS returns,
    (SELECT count(*)::int FROM idempotency_key WHERE key = 'role-1') AS keys`;

  const [ofSouth] = await asRole({ regions: ['South'], sub: 'sue' }, sql);
  const [ofWest] = await asRole({ regions: ['West'], sub: 'wes' }, sql);
  const [ofNobody] = await asRole({}, sql);

  expect(ofSouth).toEqual({ returns: await countReturns(), keys: 1 });
  expect(ofWest).toEqual({ returns: 0, keys: 0 });
  expect(ofNobody).toEqual({ returns: 0, keys: 0 });
});

test.each([
  [
    'a return filed under the region of the line',
    `INSERT INTO return_line (order_line_id, region, quantity, reason) VALUES (1, 'South', 1, 'DAMAGED')`,
    'row-level security',
  ],
  [
    'a return of a southern line filed under the west',
    `INSERT INTO return_line (order_line_id, region, quantity, reason) VALUES (1, 'West', 1, 'DAMAGED')`,
    'foreign key',
  ],
  ['a change of an order', `UPDATE "order" SET region = 'West'`, 'permission denied'],
  ['a change of a line', `UPDATE order_line SET region = 'West'`, 'permission denied'],
  ['a change of a return', `UPDATE return_line SET region = 'West'`, 'permission denied'],
  ['a removal', 'DELETE FROM return_line', 'permission denied'],
  ['an end of the row rule', 'ALTER TABLE order_line DISABLE ROW LEVEL SECURITY', 'must be owner'],
  ['a look at the source', 'SELECT count(*) FROM landing.superstore_line', 'permission denied'],
])('PostgreSQL refuses the role of a western caller %s', async (_, sql, reason) => {
  const attempt = asRole({ regions: ['West'], sub: 'wes' }, sql);

  await expect(attempt).rejects.toMatchObject({
    cause: { message: expect.stringContaining(reason) },
  });
});
