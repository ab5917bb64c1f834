import { expect, test } from 'vitest';

import { createFederation } from '../../../support/federation-fixture.ts';

const { snapshot } = createFederation([
  {
    name: 'accounts',
    sdl: `
      type Query { account: Account }
      type Mutation { erase: Int @requiresScopes(scopes: [["w"]]) }
      type Account @key(fields: "id") {
        id: ID!
        email: String @requiresScopes(scopes: [["a"]])
        rank: Int @shareable @authenticated
        open: String
      }
      type Note @policy(policies: [["p"]]) { text: String }
      extend type Account { note: Note }`,
    resolvers: {},
  },
  {
    name: 'order-desk',
    sdl: `
      type Query { orders: [Order!] }
      type Order @key(fields: "id") @authenticated { id: ID! account: Account }
      type Account @key(fields: "id") @authenticated {
        id: ID!
        email: String @external
        rank: Int @shareable
        mark: String @requires(fields: "email") @requiresScopes(scopes: [["a"]])
      }`,
    resolvers: {},
  },
]);

test('a requirement says what it protects, who offers that, and whether it changes data', () => {
  const { ofType, ofField } = snapshot.requirements;
  const elements = [...ofType.values(), ...ofField.values()].map(({ element }) => element);

  expect(
    elements.toSorted((a, b) => ((a?.coordinate ?? '') < (b?.coordinate ?? '') ? -1 : 1)),
  ).toEqual([
    { coordinate: 'Account', products: ['accounts', 'order-desk'], writes: false },
    { coordinate: 'Account.email', products: ['accounts'], writes: false },
    { coordinate: 'Account.mark', products: ['order-desk'], writes: false },
    { coordinate: 'Account.rank', products: ['accounts', 'order-desk'], writes: false },
    { coordinate: 'Mutation.erase', products: ['accounts'], writes: true },
    { coordinate: 'Note', products: ['accounts'], writes: false },
    { coordinate: 'Order', products: ['order-desk'], writes: false },
  ]);
});
