import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/shipments/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let shipments: ProductUnderTest;
let administrator: Administrator;
beforeAll(async () => {
  shipments = await startProductUnderTest('shipments', product);
  administrator = await openAdministrator(shipments.adminUrl);
});
afterAll(async () => {
  await administrator.close();
  await shipments.stop();
});

const everywhere = { subject: 'ann', claims: { regions: ['West', 'East', 'Central', 'South'] } };

interface Answer {
  readonly shipments: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** Ids in the order that PostgreSQL itself puts the rows in. */
async function sortIds(order: string, where = 'true'): Promise<readonly string[]> {
  const rows = await administrator.query<{ id: string }>(
    `SELECT id FROM shipments.shipment WHERE ${where} ORDER BY ${order}`,
  );
  return rows.map(({ id }) => id);
}

test.each([
  ['SHIPPED_ON_ASC', 'shipped_on, id'],
  ['SHIPPED_ON_DESC', 'shipped_on DESC, id DESC'],
  ['DAYS_TO_SHIP_ASC', 'days_to_ship, id'],
  ['DAYS_TO_SHIP_DESC', 'days_to_ship DESC, id DESC'],
  ['ID_ASC', 'id'],
  ['ID_DESC', 'id DESC'],
])('shipments by %s come page by page without gap or repeat', async (sort, order) => {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const answer: { data: Answer } = await shipments.ask<Answer>(
      everywhere,
      `query ($after: String) {
        shipments(first: 200, after: $after, sort: ${sort}) { nodes { id } pageInfo { hasNextPage endCursor } }
      }`,
      { after },
    );
    const { nodes, pageInfo } = answer.data.shipments;
    ids.push(...nodes.map(({ id }) => id));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);

  expect(ids).toEqual(await sortIds(order));
});

test('filter and sort work together', async () => {
  const { data } = await shipments.ask<Answer>(
    everywhere,
    `{
      shipments(first: 7, filter: { shipModes: [SAME_DAY], regions: [WEST] }, sort: DAYS_TO_SHIP_DESC) {
        nodes { id } pageInfo { hasNextPage }
      }
    }`,
  );

  const expected = await sortIds(
    'days_to_ship DESC, id DESC',
    "ship_mode = 'Same Day' AND region = 'West'",
  );
  expect(data.shipments.nodes.map(({ id }) => id)).toEqual(expected.slice(0, 7));
  expect(data.shipments.pageInfo.hasNextPage).toBe(true);
});

test.each([
  ['a page of nothing', 'shipments(first: 0)', 'first'],
  ['a page of too many', 'shipments(first: 201)', 'first'],
  ['a cursor that is none', 'shipments(after: "page 2")', 'after'],
  ['an empty list of modes', 'shipments(filter: { shipModes: [] })', 'filter.shipModes'],
  [
    'a range of days that ends before it starts',
    'shipments(filter: { shippedOn: { from: "2017-01-02", to: "2017-01-01" } })',
    'filter.shippedOn',
  ],
])('%s is refused with INPUT_INVALID, and the argument is named', async (_, field, argument) => {
  const { data, errors } = await shipments.ask(everywhere, `{ ${field} { totalCount } }`);

  expect(errors).toMatchObject([{ extensions: { code: 'INPUT_INVALID', public: true, argument } }]);
  expect(data).toEqual({ shipments: null });
});

test('the shipments of two hundred orders are one statement, and so are those of as many ids', async () => {
  const ids = (await sortIds('id')).slice(0, 200);
  const fetchEntities = (representations: readonly object[], selection: string) =>
    shipments.ask<{ _entities: readonly { shipment?: { id: string }; id?: string }[] }>(
      everywhere,
      `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`,
      { representations },
    );

  const ofOrders = await fetchEntities(
    ids.map((id) => ({ __typename: 'Order', id: id.slice(2) })),
    '... on Order { shipment { id shipMode } }',
  );
  const ofIds = await fetchEntities(
    ids.map((id) => ({ __typename: 'Shipment', id })),
    '... on Shipment { id daysToShip }',
  );

  expect(ofOrders.statements).toHaveLength(1);
  expect(ofOrders.data._entities.map(({ shipment }) => shipment?.id)).toEqual(ids);
  expect(ofIds.statements).toHaveLength(1);
  expect(ofIds.data._entities.map(({ id }) => id)).toEqual(ids);
});

test('an id of another form is no shipment, and no error', async () => {
  const { data, errors } = await shipments.ask(
    everywhere,
    'query ($id: ID!) { shipment(id: $id) { id } }',
    { id: 'S-\u0000' },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({ shipment: null });
});

test('answers are marked private', async () => {
  const { cacheControl } = await shipments.ask(everywhere, '{ shipments { nodes { id } } }');

  expect(cacheControl).toBe('max-age=300, private');
});
