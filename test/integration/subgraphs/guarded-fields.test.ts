/**
 * What a product refuses by itself: the gateway's token is valid here, and the call is one that
 * the gateway would never make for this caller.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAdministrator } from '../../../shared/postgres/open-administrator.ts';
import { product as accountsProduct } from '../../../subgraphs/accounts/product.ts';
import { product as ordersProduct } from '../../../subgraphs/orders/product.ts';
import { product as segmentsProduct } from '../../../subgraphs/segments/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
  type TestCaller,
} from '../../support/start-product-under-test.ts';

let accounts: ProductUnderTest;
let orders: ProductUnderTest;
let segments: ProductUnderTest;
beforeAll(async () => {
  accounts = await startProductUnderTest('accounts', accountsProduct);
  orders = await startProductUnderTest('orders', ordersProduct);
  segments = await startProductUnderTest('segments', segmentsProduct);
});
afterAll(async () => {
  for (const product of [accounts, orders, segments]) await product.stop();
});

const ann: TestCaller = { subject: 'ann', claims: { regions: ['West'] } };
const anonymous: TestCaller = { claims: { regions: ['West'] } };

const refused = (...path: readonly (string | number)[]) =>
  expect.objectContaining({
    message: 'Unauthorized field or type',
    path,
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', public: true },
  });

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Account { id marketSegment email }
  }
}`;

test('personal data is null with an error for a caller without the scope, and the rest is answered', async () => {
  const { data, errors } = await accounts.ask(
    { ...ann, scopes: ['accounts:write'] },
    '{ account(id: "A-12520") { id marketSegment email phone name } }',
  );

  expect(data).toEqual({
    account: { id: 'A-12520', marketSegment: 'CONSUMER', email: null, phone: null, name: null },
  });
  expect(errors).toEqual([
    refused('account', 'email'),
    refused('account', 'phone'),
    refused('account', 'name'),
  ]);
});

test('personal data is not to be had as an entity either, and a caller with the scope has it', async () => {
  const representations = [{ __typename: 'Account', id: 'A-12520' }];

  const without = await accounts.ask(ann, ENTITIES, { representations });
  const having = await accounts.ask({ ...ann, scopes: ['accounts:pii'] }, ENTITIES, {
    representations,
  });

  const entity = { id: 'A-12520', marketSegment: 'CONSUMER' };
  expect(without.data).toEqual({ _entities: [{ ...entity, email: null }] });
  expect(without.errors).toEqual([refused('_entities', 0, 'email')]);
  expect(having.data).toEqual({ _entities: [{ ...entity, email: 'account-12520@example.org' }] });
  expect(having.errors).toEqual([]);
});

test('a mutation without its scope writes nothing and sends no statement', async () => {
  const { data, errors, statements } = await accounts.ask(
    { ...ann, scopes: ['accounts:pii'] },
    `mutation {
      updateAccountContact(
        input: { accountId: "A-12520", email: "forged@example.com", idempotencyKey: "k" }
      ) { account { email } }
    }`,
  );

  expect(data).toEqual({ updateAccountContact: null });
  expect(errors).toEqual([refused('updateAccountContact')]);
  expect(statements).toEqual([]);
  const administrator = await openAdministrator(accounts.adminUrl);
  const written = await administrator.query(
    `SELECT id FROM accounts.account WHERE contact_updated_at IS NOT NULL OR email LIKE 'forged%'
     UNION ALL SELECT key FROM accounts.idempotency_key`,
  );
  await administrator.close();
  expect(written).toEqual([]);
});

test('orders are for callers who are known, by any path, and no statement is sent for others', async () => {
  const { data, errors, statements } = await orders.ask(
    anonymous,
    `{
      orders { nodes { id } }
      salesBy(groupBy: REGION) { key }
      _entities(representations: [{ __typename: "Account", id: "A-12520" }]) {
        ... on Account { id orders { totalCount } }
      }
    }`,
  );

  expect(data).toMatchObject({ orders: null, salesBy: null });
  expect(errors).toEqual(
    expect.arrayContaining([
      refused('orders'),
      refused('salesBy'),
      refused('_entities', 0, 'orders'),
    ]),
  );
  expect(errors).toHaveLength(3);
  expect(statements).toEqual([]);
});

test('margins are null for a caller who may read the rest of a line', async () => {
  const { data, errors } = await orders.ask<{
    orderLines: { nodes: readonly { readonly sales: string; readonly profit: null }[] };
  }>(ann, '{ orderLines(first: 1) { nodes { sales profit } totals { sales profit } } }');

  expect(data.orderLines).toMatchObject({
    nodes: [{ sales: expect.any(String), profit: null }],
    totals: { sales: expect.any(String), profit: null },
  });
  expect(errors).toEqual(
    expect.arrayContaining([
      refused('orderLines', 'nodes', 0, 'profit'),
      refused('orderLines', 'totals', 'profit'),
    ]),
  );
});

test('a protected entity gives nothing away, its key included', async () => {
  const { data, errors } = await segments.ask(
    ann,
    `{
      _entities(representations: [
        { __typename: "AccountSegment", id: "A-12520" }
        { __typename: "Account", id: "A-12520" }
      ]) {
        ... on AccountSegment { id label }
        ... on Account { id segment { id } }
      }
    }`,
  );

  expect(data).toEqual({ _entities: [null, { id: 'A-12520', segment: null }] });
  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(
    errors.map(() => 'UNAUTHORIZED_FIELD_OR_TYPE'),
  );
});
