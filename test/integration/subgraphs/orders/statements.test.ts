import { afterAll, beforeAll, expect, test } from 'vitest';

import { product } from '../../../../subgraphs/orders/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let orders: ProductUnderTest;
beforeAll(async () => {
  orders = await startProductUnderTest('orders', product);
});
afterAll(() => orders.stop());

const everywhere = { subject: 'ann', claims: { regions: ['West', 'East', 'Central', 'South'] } };

const represent = (typename: string, ids: readonly (string | number)[]) =>
  ids.map((id) => ({ __typename: typename, id: String(id) }));

const accounts = represent('Account', ['A-12520', 'A-13360', 'A-10015', 'A-10030', 'A-21925']);
const products = represent('Product', [
  'FUR-BO-10001798',
  'OFF-PA-10001970',
  'TEC-AC-10004659',
  'OFF-ST-10003208',
]);
const lines = represent(
  'OrderLine',
  Array.from({ length: 200 }, (_, index) => index + 1),
);

/** How many statements a gateway fetch of these entities costs. */
async function countStatements(
  representations: readonly object[],
  selection: string,
): Promise<number> {
  const { errors, statements } = await orders.ask(
    everywhere,
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`,
    { representations },
  );
  expect(errors).toEqual([]);
  return statements.length;
}

test('two hundred order lines are one statement', async () => {
  expect(await countStatements(lines, '... on OrderLine { id sales product { id } }')).toBe(1);
});

test('order lines with their orders and returns are three statements, one per entity type', async () => {
  expect(
    await countStatements(
      lines,
      '... on OrderLine { sales order { region account { id } } returns { reason orderLine { id } } }',
    ),
  ).toBe(3);
});

test('the orders of several accounts with lines, returns and figures are one statement of each', async () => {
  expect(
    await countStatements(
      accounts,
      `... on Account {
        orders(first: 3, filter: { amount: { min: "50" } }, sort: AMOUNT_DESC) {
          nodes { id totals { sales } lines(first: 2) { nodes { order { id } returns { id } } } }
        }
      }`,
    ),
  ).toBe(4);
});

test('counts and totals of several accounts are one statement each', async () => {
  expect(
    await countStatements(accounts, '... on Account { orders { totalCount totals { sales } } }'),
  ).toBe(2);
});

test('the figures of several products are one statement', async () => {
  expect(await countStatements(products, '... on Product { salesTotals { sales } }')).toBe(1);
});

test('one list asked for under two sets of arguments is two statements, whatever the parents', async () => {
  expect(
    await countStatements(
      products,
      `... on Product {
        latest: orderLines(first: 1) { nodes { id } }
        largest: orderLines(first: 1, sort: AMOUNT_DESC) { nodes { id } }
        again: orderLines(first: 1) { edges { cursor } }
      }`,
    ),
  ).toBe(2);
});

test.each([
  ['totalCount', 'totalCount'],
  ['totals', 'totals { sales }'],
  ['nodes', 'nodes { id }'],
  ['all parts of one page', 'nodes { id } edges { cursor } pageInfo { endCursor }'],
])('a list of which only %s is asked for is one statement', async (_, selection) => {
  const { statements } = await orders.ask(everywhere, `{ orders { ${selection} } }`);

  expect(statements).toHaveLength(1);
});

test('what is asked for by no field costs no statement', async () => {
  const { data, statements } = await orders.ask(everywhere, '{ orderLines { __typename } }');

  expect(data).toEqual({ orderLines: { __typename: 'OrderLineConnection' } });
  expect(statements).toEqual([]);
});

test('answers are marked private, and an answer with returns is not to be kept', async () => {
  const withoutReturns = await orders.ask(everywhere, '{ order(id: "CA-2016-152156") { amount } }');
  const withReturns = await orders.ask(everywhere, '{ orderLine(id: "1") { returns { id } } }');

  expect(withoutReturns.cacheControl).toBe('max-age=60, private');
  expect(withReturns.cacheControl).toBe('no-store');
});
