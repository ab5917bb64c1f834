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

interface Group {
  readonly key: string;
  readonly shipments: number;
  readonly averageDaysToShip: string;
}

let shipments: ProductUnderTest;
/** Sees the landed source lines: what every figure is checked against. */
let source: Administrator;
beforeAll(async () => {
  shipments = await startProductUnderTest('shipments', product);
  source = await openAdministrator(shipments.adminUrl);
});
afterAll(async () => {
  await source.close();
  await shipments.stop();
});

const everywhere = {
  subject: 'ann',
  scopes: ['shipments:pii'],
  claims: { regions: ['West', 'East', 'Central', 'South'] },
};

/** Orders of the source, grouped, with the average days until they were shipped. */
function groupSource(key: string, where = 'true'): Promise<readonly Group[]> {
  return source.query<Group>(
    `SELECT ${key} AS key, count(*)::int AS shipments, round(avg(ship_date - order_date), 2)::text AS "averageDaysToShip"
     FROM (SELECT DISTINCT order_id, ship_mode, region, ship_date, order_date FROM landing.superstore_line) AS lines
     WHERE ${where} GROUP BY 1 ORDER BY 1`,
  );
}

test('there is one shipment for each of the 5,009 orders', async () => {
  const { data } = await shipments.ask(everywhere, '{ shipments { totalCount } }');

  expect(data).toEqual({ shipments: { totalCount: 5009 } });
});

test('a shipment has the mode, days, region and address of its order', async () => {
  const { data } = await shipments.ask(
    everywhere,
    `{
      shipment(id: "S-CA-2016-152156") {
        id order { id } shipMode shippedOn daysToShip region deliveryAddress { city state postalCode country }
      }
    }`,
  );

  expect(data).toEqual({
    shipment: {
      id: 'S-CA-2016-152156',
      order: { id: 'CA-2016-152156' },
      shipMode: 'SECOND_CLASS',
      shippedOn: '2016-11-11',
      daysToShip: 3,
      region: 'SOUTH',
      deliveryAddress: {
        city: 'Henderson',
        state: 'Kentucky',
        postalCode: '42420',
        country: 'United States',
      },
    },
  });
});

test('a postal code that the source has lost the zero of has it back', async () => {
  const [order] = await source.query<{ id: string; code: string }>(
    `SELECT order_id AS id, postal_code AS code FROM landing.superstore_line
     WHERE length(postal_code) = 4 ORDER BY row_id LIMIT 1`,
  );
  const { data } = await shipments.ask(
    everywhere,
    'query ($id: ID!) { shipment(id: $id) { deliveryAddress { postalCode } } }',
    { id: `S-${order?.id}` },
  );

  expect(data).toEqual({ shipment: { deliveryAddress: { postalCode: `0${order?.code}` } } });
});

test.each([
  ['SHIP_MODE', "upper(replace(ship_mode, ' ', '_'))"],
  ['REGION', 'upper(region)'],
])('groups by %s count the orders of the source and average their days', async (groupBy, key) => {
  const { data } = await shipments.ask<{ shipmentSummary: readonly Group[] }>(
    everywhere,
    `{ shipmentSummary(groupBy: ${groupBy}) { key shipments averageDaysToShip } }`,
  );

  expect(data.shipmentSummary).toHaveLength(4);
  expect(data.shipmentSummary).toEqual(await groupSource(key));
});

test.each([
  ['modes', '{ shipModes: [SAME_DAY, FIRST_CLASS] }', "ship_mode IN ('Same Day', 'First Class')"],
  [
    'a range of days',
    '{ shippedOn: { from: "2017-12-30", to: "2018-01-02" } }',
    "ship_date BETWEEN '2017-12-30' AND '2018-01-02'",
  ],
  ['regions', '{ regions: [EAST, CENTRAL] }', "region IN ('East', 'Central')"],
  [
    'all conditions at once',
    '{ shipModes: [STANDARD_CLASS], shippedOn: { to: "2015-12-31" }, regions: [SOUTH] }',
    "ship_mode = 'Standard Class' AND ship_date <= '2015-12-31' AND region = 'South'",
  ],
])('shipments under %s are those of the source', async (_, filter, where) => {
  const { data } = await shipments.ask<{
    shipments: { totalCount: number };
    shipmentSummary: readonly Group[];
  }>(
    everywhere,
    `{
      shipments(filter: ${filter}) { totalCount }
      shipmentSummary(filter: ${filter}) { key shipments averageDaysToShip }
    }`,
  );

  const expected = await groupSource("upper(replace(ship_mode, ' ', '_'))", where);
  expect(data).toEqual({
    shipments: { totalCount: expected.reduce((sum, group) => sum + group.shipments, 0) },
    shipmentSummary: expected,
  });
});
