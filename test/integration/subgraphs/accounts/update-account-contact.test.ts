import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/accounts/product.ts';
import { hearChanges } from '../../../support/hear-changes.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface Contact {
  readonly id: string;
  readonly email: string;
  readonly phone: string;
  readonly contactUpdatedAt: string | null;
}

let accounts: ProductUnderTest;
let administrator: Administrator;
beforeAll(async () => {
  accounts = await startProductUnderTest('accounts', product);
  administrator = await openAdministrator(accounts.adminUrl);
});
afterAll(async () => {
  await administrator.close();
  await accounts.stop();
});

const caller = { subject: 'agent', scopes: ['accounts:write', 'accounts:pii'] };

const update = (input: Readonly<Record<string, unknown>>, as = caller) =>
  accounts.ask<{ updateAccountContact: { account: Contact } | null }>(
    as,
    `mutation ($input: UpdateAccountContactInput!) {
      updateAccountContact(input: $input) { account { id email phone contactUpdatedAt } }
    }`,
    { input },
  );

const read = async (id: string): Promise<Contact> => {
  const { data } = await accounts.ask<{ account: Contact }>(
    caller,
    'query ($id: ID!) { account(id: $id) { id email phone contactUpdatedAt } }',
    { id },
  );
  return data.account;
};

const countWrites = async () => {
  const [row] = await administrator.query<{ changed: number; keys: number }>(
    `SELECT (SELECT count(*)::int FROM accounts.account WHERE contact_updated_at IS NOT NULL) AS changed,
            (SELECT count(*)::int FROM accounts.idempotency_key) AS keys`,
  );
  return row;
};

const NOTHING = { changed: 0, keys: 0 };

beforeEach(async () => {
  await administrator.runScript(
    `TRUNCATE accounts.idempotency_key;
     UPDATE accounts.account
     SET contact_updated_at = NULL, email = 'before-' || id || '@example.com', phone = '+12025550100'`,
  );
});

test('a change is written, stays and is answered with', async () => {
  const { data, errors } = await update({
    accountId: 'A-12520',
    email: 'new.address@example.com',
    phone: '+1 (202) 555-0142',
    idempotencyKey: 'one',
  });

  expect(errors).toEqual([]);
  expect(data.updateAccountContact?.account).toEqual({
    id: 'A-12520',
    email: 'new.address@example.com',
    phone: '+12025550142',
    contactUpdatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  });
  expect(await read('A-12520')).toEqual(data.updateAccountContact?.account);
  expect(await countWrites()).toEqual({ changed: 1, keys: 1 });
});

test.each([
  { given: { email: 'only@example.com' }, phone: '+12025550100', email: 'only@example.com' },
  { given: { email: null, phone: '+4930123456' }, phone: '+4930123456', email: null },
])('what is absent or null stays as it is: $given', async ({ given, email, phone }) => {
  const { data } = await update({ accountId: 'A-13045', ...given, idempotencyKey: 'part' });

  expect(data.updateAccountContact?.account).toMatchObject({
    email: email ?? 'before-A-13045@example.com',
    phone,
  });
});

test('a repeated call writes once and answers with the account as it is by then', async () => {
  const input = { accountId: 'A-12520', email: 'first@example.com', idempotencyKey: 'again' };
  const first = await update(input);
  const second = await update(input);
  await update({ accountId: 'A-12520', email: 'later@example.com', idempotencyKey: 'later' });
  const third = await update(input);

  expect(second.data).toEqual(first.data);
  expect(second.statements.filter((sql) => sql.includes('UPDATE account'))).toEqual([]);
  expect(third.data.updateAccountContact?.account.email).toBe('later@example.com');
});

test('a call that differs only in how the phone number is written is the same call', async () => {
  const input = { accountId: 'A-12520', idempotencyKey: 'written' };
  const first = await update({ ...input, phone: '+12025550142' });
  const second = await update({ ...input, phone: '+1 202 555-0142', email: null });

  expect(second.errors).toEqual([]);
  expect(second.data).toEqual(first.data);
});

test('calls with one key that arrive together write once', async () => {
  const input = { accountId: 'A-12520', email: 'together@example.com', idempotencyKey: 'race' };

  const answers = await Promise.all(Array.from({ length: 8 }, () => update(input)));

  const [first] = answers;
  expect(first?.data.updateAccountContact?.account.email).toBe('together@example.com');
  for (const { data } of answers) expect(data).toEqual(first?.data);
});

test('a key with other input is refused and nothing is written', async () => {
  await update({ accountId: 'A-12520', email: 'first@example.com', idempotencyKey: 'reused' });

  const other = await update({
    accountId: 'A-12520',
    email: 'second@example.com',
    idempotencyKey: 'reused',
  });

  expect(other.data).toEqual({ updateAccountContact: null });
  expect(other.errors[0]?.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect((await read('A-12520')).email).toBe('first@example.com');
});

test('a key belongs to the caller who used it', async () => {
  const input = { accountId: 'A-12520', idempotencyKey: 'shared' };
  await update({ ...input, email: 'mine@example.com' });

  const { errors } = await update(
    { ...input, email: 'yours@example.com' },
    { ...caller, subject: 'another agent' },
  );

  expect(errors).toEqual([]);
  expect((await read('A-12520')).email).toBe('yours@example.com');
});

test('an account that does not exist is ENTITY_NOT_FOUND, and the key is free for another call', async () => {
  const input = { email: 'x@example.com', idempotencyKey: 'missing' };

  const { data, errors } = await update({ ...input, accountId: 'A-00000' });

  expect(data).toEqual({ updateAccountContact: null });
  expect(errors[0]?.message).toBe('There is no account A-00000; ids look like A-12520.');
  expect(errors[0]?.extensions).toMatchObject({
    code: 'ENTITY_NOT_FOUND',
    argument: 'input.accountId',
    public: true,
  });
  expect(await countWrites()).toEqual(NOTHING);
  expect((await update({ ...input, accountId: 'A-12520' })).errors).toEqual([]);
});

test.each([
  [{ email: 'no address' }, 'email must be an address such as new.address@example.com'],
  [{ phone: '0202 5550142' }, 'phone must be a plus sign, the country code and the number'],
  [{}, 'email or phone must be given'],
  [{ email: 'x@example.com', idempotencyKey: '' }, 'idempotencyKey must be 1 to 128'],
  [{ email: 'x@example.com', idempotencyKey: 'a b' }, 'idempotencyKey must be 1 to 128'],
])('%j is refused with INPUT_INVALID and nothing is written', async (input, message) => {
  const { data, errors } = await update({ accountId: 'A-12520', idempotencyKey: 'bad', ...input });

  expect(data).toEqual({ updateAccountContact: null });
  expect(errors[0]?.message).toContain(message);
  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID', public: true });
  expect(await countWrites()).toEqual(NOTHING);
});

test('two changes in one operation run in turn, and the answer to each is its own', async () => {
  const { data, errors } = await accounts.ask<
    Record<'first' | 'second', { readonly account: Contact }>
  >(
    caller,
    `mutation {
      first: updateAccountContact(
        input: { accountId: "A-12520", email: "one@example.com", idempotencyKey: "1" }
      ) { account { email } }
      second: updateAccountContact(
        input: { accountId: "A-12520", email: "two@example.com", idempotencyKey: "2" }
      ) { account { email } }
    }`,
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    first: { account: { email: 'one@example.com' } },
    second: { account: { email: 'two@example.com' } },
  });
});

test('what is kept under a key is the id of the account and no personal data', async () => {
  await update({
    accountId: 'A-12520',
    email: 'secret@example.com',
    phone: '+12025550142',
    idempotencyKey: 'kept',
  });

  const rows = await administrator.query('SELECT * FROM accounts.idempotency_key');

  expect(rows).toEqual([
    {
      subject: 'agent',
      operation: 'updateAccountContact',
      key: 'kept',
      input_hash: expect.stringMatching(/^[\w-]{43}$/),
      result: { accountId: 'A-12520' },
      created_at: expect.anything(),
    },
  ]);
});

test('new contact data announces its account', async () => {
  const heard = await hearChanges(accounts.adminUrl);
  const input = { accountId: 'A-12520', idempotencyKey: 'announced' };

  expect((await update({ ...input, email: 'new@example.com' })).errors).toEqual([]);

  expect(await heard(1)).toEqual([
    { product: 'accounts', type: 'Account', keys: [{ id: 'A-12520' }] },
  ]);
});
