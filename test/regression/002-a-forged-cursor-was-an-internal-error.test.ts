import { afterAll, beforeAll, expect, test } from 'vitest';
import { product } from '../../subgraphs/orders/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../support/start-product-under-test.ts';

let orders: ProductUnderTest;
beforeAll(async () => {
  orders = await startProductUnderTest('orders', product);
});
afterAll(() => orders.stop());

const west = { subject: 'ann', claims: { regions: ['West'] } };
const LIST = `query ($after: String) {
  orders(first: 1, after: $after, sort: ORDERED_ON_ASC) { pageInfo { endCursor } }
}`;

interface Listed {
  readonly orders: { readonly pageInfo: { readonly endCursor: string } };
}

test("a cursor whose day no calendar has is the client's to mend", async () => {
  const { data } = await orders.ask<Listed>(west, LIST);
  const cursor = Buffer.from(data.orders.pageInfo.endCursor, 'base64url').toString('latin1');
  const forged = cursor.replace(/\d{4}-\d\d-\d\d/, '2017-02-31');
  expect(forged).not.toBe(cursor);

  const { errors } = await orders.ask(west, LIST, {
    after: Buffer.from(forged, 'latin1').toString('base64url'),
  });

  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['INPUT_INVALID']);
});
