import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/accounts/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface Customer {
  readonly customerId: string;
  readonly name: string;
  readonly segment: string;
}

interface Account {
  readonly id: string;
  readonly marketSegment: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly contactUpdatedAt: string | null;
}

let accounts: ProductUnderTest;
let customers: readonly Customer[];
let served: readonly Account[];

beforeAll(async () => {
  accounts = await startProductUnderTest('accounts', product);
  const administrator = await openAdministrator(accounts.adminUrl);
  customers = await administrator.query<Customer>(
    `SELECT DISTINCT customer_id AS "customerId", customer_name AS name, segment
     FROM landing.superstore_line`,
  );
  await administrator.close();

  const ids = customers.map(({ customerId }) => toAccountId(customerId));
  const { data } = await accounts.ask<{ _entities: readonly Account[] }>(
    { scopes: ['accounts:pii'] },
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Account { id marketSegment name email phone contactUpdatedAt }
      }
    }`,
    { representations: ids.map((id) => ({ __typename: 'Account', id })) },
  );
  served = data._entities;
});
afterAll(() => accounts.stop());

const toAccountId = (customerId: string) => customerId.replace(/^[A-Za-z]+/, 'A');

test('each of the 793 customers is one account with the name and the segment of the source', async () => {
  const segments: Record<string, string> = {
    Consumer: 'CONSUMER',
    Corporate: 'CORPORATE',
    'Home Office': 'HOME_OFFICE',
  };

  const { data } = await accounts.ask({}, '{ accounts(first: 1) { totalCount } }');

  expect(data).toEqual({ accounts: { totalCount: 793 } });
  expect(served.map(({ id, name, marketSegment }) => ({ id, name, marketSegment }))).toEqual(
    customers.map(({ customerId, name, segment }) => ({
      id: toAccountId(customerId),
      name,
      marketSegment: segments[segment],
    })),
  );
});

test('an id holds a number and nothing of the name', () => {
  expect(served.filter(({ id }) => !/^A-\d{5}$/.test(id))).toEqual([]);
});

test('contact data is synthetic: reserved domains, reserved numbers, never changed', () => {
  expect(new Set(served.map(({ email }) => email)).size).toBe(793);
  expect(new Set(served.map(({ phone }) => phone)).size).toBe(793);
  for (const { id, email, phone, contactUpdatedAt } of served) {
    expect(email).toMatch(new RegExp(`^account-${id.slice(2)}@example\\.(com|net|org)$`));
    expect(phone).toMatch(/^\+1[2-9]\d\d55501\d\d$/);
    expect(contactUpdatedAt).toBeNull();
  }
});

test('contact data follows from the id alone, so every database has the same', () => {
  expect(served.find(({ id }) => id === 'A-12520')).toEqual({
    id: 'A-12520',
    marketSegment: 'CONSUMER',
    name: 'Claire Gute',
    email: 'account-12520@example.org',
    phone: '+12065550104',
    contactUpdatedAt: null,
  });
});

test('accounts are counted by market segment, and a filter narrows what is counted', async () => {
  const { data } = await accounts.ask(
    {},
    `{
      accountSummary { key accounts }
      some: accountSummary(
        groupBy: MARKET_SEGMENT
        filter: { marketSegments: [HOME_OFFICE, CORPORATE] }
      ) { key accounts }
      none: accountSummary(filter: { ids: ["nobody"] }) { key accounts }
    }`,
  );

  expect(data).toEqual({
    accountSummary: [
      { key: 'CONSUMER', accounts: 409 },
      { key: 'CORPORATE', accounts: 236 },
      { key: 'HOME_OFFICE', accounts: 148 },
    ],
    some: [
      { key: 'CORPORATE', accounts: 236 },
      { key: 'HOME_OFFICE', accounts: 148 },
    ],
    none: [],
  });
});
