import { type PageArguments, parsePage, toConnection } from '../../shared/kit/connection.ts';
import type { ProductContext, ProductResolvers } from '../../shared/kit/define-product.ts';
import { scalars } from '../../shared/kit/scalars.ts';
import type { AccountLoaders } from './loaders.ts';
import { type AccountFilter, parseAccountFilter } from './parse-account-filter.ts';
import {
  ACCOUNT_ORDERS,
  type AccountSort,
  countAccounts,
  countByMarketSegment,
  listAccounts,
} from './source.ts';
import { type UpdateAccountContactInput, updateAccountContact } from './update-account-contact.ts';

type Context = ProductContext<AccountLoaders>;

interface AccountsArguments extends PageArguments {
  readonly filter?: AccountFilter | null;
  readonly sort: AccountSort;
}

async function resolveAccounts(_: unknown, args: AccountsArguments, { database }: Context) {
  const order = ACCOUNT_ORDERS[args.sort];
  const page = parsePage(args, order);
  const criteria = parseAccountFilter(args.filter);

  const rows = await listAccounts(database, criteria, args.sort, page);
  return {
    ...toConnection(rows, page, order, order.positionOf),
    totalCount: () => countAccounts(database, criteria),
  };
}

/** Answers every field of `schema.graphql` that is not simply a column of the row. */
export const resolvers: ProductResolvers<AccountLoaders> = {
  DateTime: scalars.DateTime,
  MarketSegment: {
    CONSUMER: 'Consumer',
    CORPORATE: 'Corporate',
    HOME_OFFICE: 'Home Office',
  },
  Query: {
    account: (_: unknown, { id }: { id: string }, { loaders }) => loaders.accountById.load(id),
    accounts: resolveAccounts,
    accountSummary: (_: unknown, { filter }: { filter?: AccountFilter | null }, { database }) =>
      countByMarketSegment(database, parseAccountFilter(filter)),
  },
  Mutation: {
    updateAccountContact: async (
      _: unknown,
      { input }: { input: UpdateAccountContactInput },
      { database, loaders },
    ) => {
      const account = await updateAccountContact(database, input);
      loaders.accountById.clear(account.id);
      return { account };
    },
  },
  Account: {
    __resolveReference: ({ id }: { id: string }, { loaders }) => loaders.accountById.load(id),
  },
};
