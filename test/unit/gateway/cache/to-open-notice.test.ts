import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { toOpenNotice } from '../../../../gateway/cache/to-open-notice.ts';

const schema = buildSchema(
  'type Query { account: Account } type Account { id: ID email: String note: Note } type Note { id: ID }',
);
const PERSONAL = { own: ['pii'], derived: [] };
const source = { schema, tags: new Map([['Account.email', PERSONAL]]) };
const untagged = { schema, tags: new Map<string, typeof PERSONAL>() };

const account = (...keys: Readonly<Record<string, unknown>>[]) =>
  ({ product: 'accounts', type: 'Account', keys }) as const;
const ITS_TYPE = { product: 'accounts', types: ['Account'] };

test.each([
  ['keys of which no rule may speak are said', account({ id: '1' }, { id: '2' }), 'it'],
  ['keys with a tagged field are not', account({ id: '1' }, { email: 'a@b.example' }), ITS_TYPE],
  ['nor those with a field that clients do not see', account({ internal: '1' }), ITS_TYPE],
  ['nor those with an object, whose fields may be tagged', account({ note: { id: 1 } }), ITS_TYPE],
  ['nor what is no name of a field', account({ 'id } email': '1' }), ITS_TYPE],
  [
    'nor a cache tag, which may be made of anything',
    { product: 'accounts', tag: 'account-a@b.example' },
    { product: 'accounts', types: null },
  ],
  ['types are said', { product: 'accounts', types: ['Account'] }, 'it'],
  ['that anything may have changed is said', 'anything' as const, 'it'],
])('%s', (_, notice, said) => {
  expect(toOpenNotice(notice, source)).toEqual(said === 'it' ? notice : said);
});

test('where nothing is tagged, everything is said', () => {
  const tag = { product: 'accounts', tag: 'account-1' };

  expect(toOpenNotice(tag, untagged)).toEqual(tag);
  expect(toOpenNotice(account({ email: 'a' }), untagged)).toEqual(account({ email: 'a' }));
});
