import { afterAll, beforeAll, expect, test } from 'vitest';
import { product } from '../../subgraphs/accounts/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../support/start-product-under-test.ts';

let accounts: ProductUnderTest;
beforeAll(async () => {
  accounts = await startProductUnderTest('accounts', product);
});
afterAll(() => accounts.stop());

const writer = { subject: 'ann', scopes: ['accounts:write'] };

test.each([
  ['an id', 'query ($id: ID!) { answer: account(id: $id) { id } }'],
  [
    'a list of ids',
    'query ($id: ID!) { answer: accounts(filter: { ids: [$id] }) { nodes { id } } }',
  ],
  [
    'an id that is written to',
    `mutation ($id: ID!) {
      answer: updateAccountContact(
        input: { accountId: $id, phone: "+12025550142", idempotencyKey: "k" }
      ) { account { id } }
    }`,
  ],
])("a NUL character in %s is the client's to mend", async (_name, document) => {
  const { data, errors } = await accounts.ask(writer, document, { id: 'a\0b' });

  expect(data).toEqual({ answer: null });
  expect(errors).toEqual([
    {
      message:
        'An argument holds the character NUL (U+0000), which no text may hold; leave it out.',
      locations: [expect.anything()],
      path: ['answer'],
      extensions: { code: 'INPUT_INVALID', public: true },
    },
  ]);
});
