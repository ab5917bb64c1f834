import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { asksTagged } from '../../../../gateway/operation/asks-tagged.ts';

const schema = buildSchema(`
  type Query { account: Account node: Node secret: Secret plain: Int }
  interface Node { id: ID owner: Account }
  type Account implements Node { id: ID email: String city: String owner: Account }
  type Secret { id: ID }
`);
const tagged = (...coordinates: readonly string[]) =>
  new Map(coordinates.map((one) => [one, { own: ['pii'], derived: [] }]));
const entities = (fragment: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){${fragment}}}`;

test.each([
  ['a field', '{account{email}}', true],
  ['a field under an alias', '{account{city:email}}', true],
  ['another field of its type', '{account{id city}}', false],
  ['a field below another', '{node{owner{email}}}', true],
  ['a field of an entity', entities('...on Account{email}'), true],
  ['another field of an entity', entities('...on Account{__typename city}'), false],
  ['a field in a fragment', 'query{account{...A}} fragment A on Account{email}', true],
  ['a field in a fragment without a type', '{account{...{email}}}', true],
  ['a field of an implementation', '{node{id ...on Account{email}}}', true],
  ['something of a type', '{secret{id}}', true],
  ['nothing of it', '{plain node{id}}', false],
  ['a field that clients cannot see', '{account{hidden}}', true],
  ['a type that clients cannot see', entities('...on Hidden{id}'), true],
  ['a fragment that is not there', '{account{...Missing}}', true],
])('a call for %s', (_, operation, asks) => {
  expect(asksTagged(operation, { schema, tags: tagged('Account.email', 'Secret') })).toBe(asks);
});

test('where nothing is tagged no call asks for it', () => {
  expect(asksTagged('{account{hidden}}', { schema, tags: new Map() })).toBe(false);
});
