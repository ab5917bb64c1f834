/**
 * A federation whose accounts hold personal data that is marked with tags, wherever it can be
 * read or asked by, and rules under which support sees it masked and a steward as it is.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import type { FixtureSubgraph } from './federation-fixture.ts';

/** One account, with everything that is personal about it. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly phone: string;
  readonly nicknames: readonly string[];
  readonly born: string;
  readonly income: number;
  readonly vip: boolean;
  readonly city: string;
}

const ADA: Account = {
  id: 'a1',
  email: 'ada@acme.example',
  phone: '+12025550142',
  nicknames: ['Countess', 'AAL'],
  born: '1815-12-10',
  income: 31_415,
  vip: true,
  city: 'London',
};
const BOB: Account = {
  ...ADA,
  id: 'a2',
  email: 'bob@acme.example',
  phone: '+12025550199',
  income: 999,
};

/** The accounts that there are, unless a test says otherwise. */
export const ACCOUNTS: readonly Account[] = [ADA, BOB];

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

/** @param required What the personal values of accounts require, as directives. */
const accountsSdl = (required: string) => `
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
    email: String ${PII} ${required}
    phone: String! ${PII} ${required}
    nicknames: [String!] ${PII} ${required}
    born: Date ${PII} ${required}
    income: Int ${PII} ${required}
    vip: Boolean! ${PII} ${required}
    city: String
  }
  input AccountFilter { city: String, income: Range ${PII}, any: [AccountFilter!] }
  input Range { min: Int, max: Int }
  enum AccountSort { ID INCOME ${PII} }
  enum Grouping { CITY BIRTH_YEAR ${PII} }
  type Group { key: String! accounts: Int! }
  type Totals { accounts: Int! income: Int ${PII} ${required} }
`;

const ordersSdl = (required: string) => `
  type Query { order: Order }
  type Order { id: ID! account: Account }
  type Account @key(fields: "id") {
    id: ID!
    email: String @external
    greeting: String @requires(fields: "email") ${required}
    shout: String @requires(fields: "email") ${required}
  }
`;

interface Filter {
  readonly city?: string | null;
  readonly income?: { readonly min?: number | null; readonly max?: number | null } | null;
  readonly any?: readonly Filter[] | null;
}

function fits(account: Account, filter: Filter | null | undefined): boolean {
  const { city, income, any } = filter ?? {};
  return (
    (city ?? account.city) === account.city &&
    (income?.min ?? account.income) <= account.income &&
    (income?.max ?? account.income) >= account.income &&
    (!any || any.some((one) => fits(account, one)))
  );
}

const sorted = (accounts: readonly Account[], by: string) =>
  accounts.toSorted((one, other) =>
    by === 'INCOME' ? other.income - one.income : one.id < other.id ? -1 : 1,
  );

const sum = (accounts: readonly Account[]) =>
  accounts.reduce((total, { income }) => total + income, 0);

/** @param accounts Looked at by every request anew. */
function createAccounts(accounts: () => readonly Account[], required: string): FixtureSubgraph {
  const first = () => ({ __typename: 'Account', ...accounts()[0] });
  const find = (id: string) => {
    const found = accounts().find((account) => account.id === id);
    return found === undefined ? null : { __typename: 'Account', ...found };
  };
  const keyOf = ({ city, born }: Account, by: string) => (by === 'CITY' ? city : born.slice(0, 4));
  return {
    name: 'accounts',
    sdl: accountsSdl(required),
    resolvers: {
      Query: {
        account: (_: never, { id }: { id: string }) => find(id),
        accountByEmail: (_: never, given: { email: string }) =>
          accounts().find(({ email }) => email === given.email) ?? null,
        accounts: (_: never, { filter, sort }: { filter?: Filter; sort: string }) =>
          sorted(accounts(), sort).filter((account) => fits(account, filter)),
        richest: (_: never, { sort }: { sort: string }) => sorted(accounts(), sort),
        groups(_: never, { by }: { by: string }) {
          const keys = accounts().map((account) => keyOf(account, by));
          const count = (key: string) => keys.filter((one) => one === key).length;
          return [...new Set(keys)].map((key) => ({ key, accounts: count(key) }));
        },
        totals: () => ({ accounts: accounts().length, income: sum(accounts()) }),
        node: (_: never, { id }: { id: string }) => find(id),
        contact: first,
        broken() {
          const { email } = first();
          throw new GraphQLError(`No mail reaches ${email}.`, {
            extensions: { code: 'MAIL_BOUNCED', public: true, to: email },
          });
        },
      },
      Account: { __resolveReference: ({ id }: { id: string }) => find(id) },
    },
  };
}

const createOrders = (required: string): FixtureSubgraph => ({
  name: 'orders',
  sdl: ordersSdl(required),
  resolvers: {
    Query: { order: () => ({ id: 'o1', account: { id: 'a1' } }) },
    Account: {
      __resolveReference: (account: unknown) => account,
      greeting: ({ email }: { email: string }) => `Dear ${email}`,
      shout: ({ email }: { email: string }) => email.toUpperCase(),
    },
  },
});

/**
 * @param accounts Looked at by every request anew.
 * @param required What personal values require, as directives.
 */
export function createClassifiedSubgraphs(
  accounts: () => readonly Account[],
  required = '',
): readonly FixtureSubgraph[] {
  return [createAccounts(accounts, required), createOrders(required)];
}

export const classifiedFederation = createClassifiedSubgraphs(() => ACCOUNTS);

/** What `REQUIRING_SCOPE` protects can be granted. */
export const REQUIRING_SCOPE = '@requiresScopes(scopes: [["pii:read"]])';

/** Rules that leave it to scopes and grants who sees what. */
export const GRANTABLE_CLASSIFICATION = `
version: 1
classes: [{ name: personal, tags: [pii] }]
rules:
  - { name: what-was-granted, for: { granted: true }, effect: allow }
  - name: support-sees-parts
    for: { roles: [[support]] }
    effect: mask
    masks: [{ keepFirst: 1 }, month, { bucket: 1000 }]
  - { name: known-callers, for: { authenticated: true }, effect: allow }
`;

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
