import { afterAll, beforeAll, expect, test } from 'vitest';

import { product } from '../../../../subgraphs/shipments/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
  type TestCaller,
} from '../../../support/start-product-under-test.ts';

let shipments: ProductUnderTest;
beforeAll(async () => {
  shipments = await startProductUnderTest('shipments', product);
});
afterAll(() => shipments.stop());

const west = { subject: 'wes', claims: { regions: ['West'] } };
const south = { subject: 'sue', claims: { regions: ['South'] } };

/** Asks for the shipment of a southern order by every path that leads to one. */
const ask = (caller: TestCaller) =>
  shipments.ask<{ shipmentSummary: { key: string; shipments: number }[] }>(
    caller,
    `query ($representations: [_Any!]!) {
      shipment(id: "S-CA-2016-152156") { id }
      shipments(filter: { regions: [SOUTH] }) { totalCount nodes { region } }
      everything: shipments { totalCount }
      shipmentSummary(groupBy: REGION) { key shipments }
      _entities(representations: $representations) {
        ... on Shipment { id }
        ... on Order { shipment { id } }
      }
    }`,
    {
      representations: [
        { __typename: 'Shipment', id: 'S-CA-2016-152156' },
        { __typename: 'Order', id: 'CA-2016-152156' },
      ],
    },
  );

const nowhere = {
  shipment: null,
  shipments: { totalCount: 0, nodes: [] },
  _entities: [null, { shipment: null }],
};

test('a caller of the south sees the south alone', async () => {
  const { data } = await ask(south);

  expect(data).toMatchObject({
    shipment: { id: 'S-CA-2016-152156' },
    shipments: { totalCount: 822 },
    everything: { totalCount: 822 },
    shipmentSummary: [{ key: 'SOUTH', shipments: 822 }],
    _entities: [{ id: 'S-CA-2016-152156' }, { shipment: { id: 'S-CA-2016-152156' } }],
  });
});

test('a caller of the west sees nothing of the south by any path', async () => {
  const { data, errors } = await ask(west);

  expect(errors).toEqual([]);
  expect(data).toEqual({
    ...nowhere,
    everything: { totalCount: 1611 },
    shipmentSummary: [{ key: 'WEST', shipments: 1611 }],
  });
});

test.each<[string, TestCaller['claims']]>([
  ['no claim at all', {}],
  ['a claim that is empty', { regions: [] }],
  ['a claim that is a text', { regions: 'South' }],
  ['a region in another spelling', { regions: ['SOUTH'] }],
])('%s shows nothing by any path', async (_, claims = {}) => {
  const { data, errors } = await ask({ subject: 'nobody', claims });

  expect(errors).toEqual([]);
  expect(data).toEqual({ ...nowhere, everything: { totalCount: 0 }, shipmentSummary: [] });
});

test('a cursor made in another region leads to rows of the caller’s region only', async () => {
  const document = `query ($after: String) {
    shipments(first: 50, sort: SHIPPED_ON_ASC, after: $after) { nodes { region shippedOn } pageInfo { endCursor } }
  }`;
  interface Answer {
    shipments: {
      nodes: { region: string; shippedOn: string }[];
      pageInfo: { endCursor: string };
    };
  }
  const ofSouth = (await shipments.ask<Answer>(south, document)).data.shipments;
  const { data } = await shipments.ask<Answer>(west, document, {
    after: ofSouth.pageInfo.endCursor,
  });

  const last = ofSouth.nodes.at(-1)?.shippedOn ?? '';
  expect(data.shipments.nodes).toHaveLength(50);
  expect(data.shipments.nodes.every(({ region }) => region === 'WEST')).toBe(true);
  expect(data.shipments.nodes.every(({ shippedOn }) => shippedOn >= last)).toBe(true);
});
