/**
 * A federation whose accounts hold personal data that is marked with tags, wherever it can be
 * read or asked by, and rules under which support sees it masked and a steward as it is.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import type { FixtureSubgraph } from './federation-fixture.ts';

const ADA = {
  __typename: 'Account',
  id: 'a1',
  email: 'ada@acme.example',
  phone: '+12025550142',
  nicknames: ['Countess', 'AAL'],
  born: '1815-12-10',
  income: 31_415,
  vip: true,
  city: 'London',
};
const BOB = {
  ...ADA,
  id: 'a2',
  email: 'bob@acme.example',
  phone: '+12025550199',
  income: 999,
};

/** What must not be in any answer to a caller who sees accounts masked. */
export const SECRETS: readonly string[] = [
  ADA.email,
  ADA.phone,
  'Countess',
  ADA.born,
  String(ADA.income),
  BOB.email,
];

const PII = '@tag(name: "pii")';

const accounts: FixtureSubgraph = {
  name: 'accounts',
  sdl: `
    scalar Date
    type Query {
      account(id: ID!): Account
      accountByEmail(email: String! ${PII}): Account
      accounts(filter: AccountFilter, sort: AccountSort! = ID): [Account!]
      richest(sort: AccountSort! = INCOME): [Account!]
      groups(by: Grouping!): [Group!]
      totals: Totals
      node(id: ID!): Node
      contact: Contact
      broken: Account
    }
    interface Node { id: ID! }
    interface Contact { email: String }
    type Account implements Node & Contact @key(fields: "id") {
      id: ID!
      email: String ${PII}
      phone: String! ${PII}
      nicknames: [String!] ${PII}
      born: Date ${PII}
      income: Int ${PII}
      vip: Boolean! ${PII}
      city: String
    }
    input AccountFilter { city: String, income: Range ${PII}, any: [AccountFilter!] }
    input Range { min: Int, max: Int }
    enum AccountSort { ID INCOME ${PII} }
    enum Grouping { CITY BIRTH_YEAR ${PII} }
    type Group { key: String! accounts: Int! }
    type Totals { accounts: Int! income: Int ${PII} }
  `,
  resolvers: {
    Query: {
      account: () => ADA,
      accountByEmail: () => ADA,
      accounts: () => [ADA, BOB],
      richest: () => [ADA, BOB],
      groups: () => [{ key: '1815', accounts: 2 }],
      totals: () => ({ accounts: 2, income: 32_414 }),
      node: () => ADA,
      contact: () => ADA,
      broken: () => {
        throw new GraphQLError(`No mail reaches ${ADA.email}.`, {
          extensions: { code: 'MAIL_BOUNCED', public: true, to: ADA.email },
        });
      },
    },
    Account: { __resolveReference: () => ADA },
  },
};

const orders: FixtureSubgraph = {
  name: 'orders',
  sdl: `
    type Query { order: Order }
    type Order { id: ID! account: Account }
    type Account @key(fields: "id") {
      id: ID!
      email: String @external
      greeting: String @requires(fields: "email")
      shout: String @requires(fields: "email")
    }
  `,
  resolvers: {
    Query: { order: () => ({ id: 'o1', account: { id: 'a1' } }) },
    Account: {
      __resolveReference: (account: unknown) => account,
      greeting: ({ email }: { email: string }) => `Dear ${email}`,
      shout: ({ email }: { email: string }) => email.toUpperCase(),
    },
  },
};

export const classifiedFederation: readonly FixtureSubgraph[] = [accounts, orders];

export const CLASSIFICATION = `
version: 1
classes: [{ name: personal, tags: [pii] }]
rules:
  - name: a-declared-figure
    when: { coordinates: [Account.shout] }
    for: { roles: [[press]] }
    effect: allow
  - name: stewards-see-all
    for: { roles: [[steward]] }
    effect: allow
  - name: research-joins
    for: { purposes: [research, billing] }
    effect: mask
    masks: [hash, month, null]
  - name: support-sees-parts
    for: { roles: [[support], [press]] }
    effect: mask
    masks: [{ keepFirst: 1 }, { bucket: 1000 }, month]
`;
