/**
 * Queries: each one shows what concerns the caller.
 *
 * @module
 */
import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import {
  type Connection,
  type CursorOrder,
  parsePage,
  toConnection,
} from '../../../../shared/kit/connection.ts';
import type { TypeResolvers } from '../../../../shared/kit/define-product.ts';
import {
  inTransaction,
  type TransactionClient,
} from '../../../../shared/postgres/in-transaction.ts';
import type { RequestFacts } from '../../access/access-records.ts';
import { listAccessTerms } from '../../access/access-terms-store.ts';
import { findHolders } from '../../access/find-holders.ts';
import {
  findRequest,
  type Placed,
  pageGrantsOf,
  pageGrantsOn,
  pageRequestsFor,
  pageRequestsOf,
  type RecordPage,
} from '../../access/page-records.ts';
import { recordLapses } from '../../access/record-time.ts';
import { describeReader } from '../../audit/describe-reader.ts';
import { findReaders } from '../../audit/find-readers.ts';
import {
  type ApiCaller,
  findDecidedProducts,
  findRolesByProduct,
  hasAsked,
  isFor,
  mayAnswer,
  toApiCaller,
} from './api-caller.ts';
import type { ApiContext, ApiDesk, ApiLoaders } from './api-desk.ts';
import { checkCount, checkTexts } from './check-input.ts';

interface PageInput {
  readonly first?: number | null;
  readonly after?: string | null;
}

interface ToDecideInput extends PageInput {
  readonly overdue: boolean;
}

interface GrantsInput extends PageInput {
  readonly all: boolean;
}

interface GrantsToDecideInput extends GrantsInput {
  readonly due: boolean;
}

interface HoldersInput {
  readonly field: string;
  readonly unusedDays: number;
  readonly first: number;
}

interface ReadersInput {
  readonly field: string;
  readonly key?: string | null;
  readonly sinceDays: number;
  readonly first: number;
}

const MOST_ENTRIES = 100;
const MOST_DAYS = 36_600;
const MOST_UNUSED_DAYS = 366;
const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** Creates the resolvers of `Query`. */
export function createRecordResolvers(desk: ApiDesk): TypeResolvers<ApiLoaders> {
  const { pool } = desk;
  const read = <Result>(
    { caller }: ApiContext,
    work: (client: TransactionClient, caller: ApiCaller) => Promise<Result>,
  ): Promise<Result> => {
    const known = toApiCaller(caller, desk.teamIssuer);
    return inTransaction(pool, async (client) => {
      await recordLapses(client);
      return work(client, known);
    });
  };
  return {
    requestableProducts: (_: unknown, __: unknown, context) => read(context, listRequestable),
    myAccessRequests: (_: unknown, args: PageInput, context) =>
      read(context, (client, caller) =>
        toPage('myAccessRequests', args, (page) => pageRequestsOf(client, caller, page)),
      ),
    accessRequestsToDecide: (_: unknown, args: ToDecideInput, context) =>
      read(context, async (client, caller) => {
        const decided = await findDecidedProducts(client, caller);
        const load = (page: RecordPage) =>
          pageRequestsFor(client, caller.name, decided, args.overdue, page);
        return toPage(args.overdue ? 'overdue' : 'accessRequestsToDecide', args, load);
      }),
    accessRequest: (_: unknown, { id }: { id: string }, context) =>
      read(context, (client, caller) => findVisible(client, caller, id)),
    myGrants: (_: unknown, args: GrantsInput, context) =>
      read(context, (client, caller) =>
        toPage(toListName('myGrants', args), args, (page) =>
          pageGrantsOf(client, caller, args.all, page),
        ),
      ),
    grantsOfMyProducts: (_: unknown, args: GrantsToDecideInput, context) =>
      read(context, async (client, caller) => {
        const { products } = await findDecidedProducts(client, caller);
        const load = (page: RecordPage) => pageGrantsOn(client, products, args, page);
        const list = toListName(args.due ? 'grants to review' : 'grantsOfMyProducts', args);
        return toPage(list, args, load);
      }),
    fieldHolders: async (_: unknown, args: HoldersInput, context) => {
      checkTexts({ fields: args.field });
      checkCount('first', args.first, MOST_ENTRIES);
      checkCount('unusedDays', args.unusedDays, MOST_UNUSED_DAYS);
      await read(context, (client, caller) => assertSteward(client, caller, args.field));
      return findHolders(pool, args.field, args.unusedDays, args.first);
    },
    fieldReaders: async (_: unknown, args: ReadersInput, context) => {
      const { field, key = null, sinceDays, first: limit } = args;
      checkTexts({ fields: field, key });
      checkCount('first', limit, MOST_ENTRIES);
      checkCount('sinceDays', sinceDays, MOST_DAYS);
      await read(context, (client, caller) => assertSteward(client, caller, field));
      const since = new Date(Date.now() - sinceDays * DAY_MS);
      const entity = key === null ? null : { key, hashed: desk.hashedKeys };
      const readers = await findReaders(pool, { field, since, entity, limit });
      return readers.map((reader) => ({
        ...reader,
        sentence: describeReader(field, key, reader),
      }));
    },
  };
}

async function listRequestable(client: TransactionClient) {
  const products = await listAccessTerms(client);
  return products.map(({ product, purposes, maxGrantSeconds, classes }) => ({
    name: product,
    purposes,
    longestDays: Math.floor(maxGrantSeconds / DAY_SECONDS),
    fields:
      classes === null
        ? null
        : Object.entries(classes).map(([coordinate, classification]) => ({
            coordinate,
            classification,
          })),
  }));
}

async function findVisible(
  client: TransactionClient,
  caller: ApiCaller,
  id: string,
): Promise<RequestFacts | null> {
  checkTexts({ id });
  const request = await findRequest(client, id);
  if (request === null) return null;
  if (isFor(caller, request) || hasAsked(caller, request)) return request;
  return (await mayAnswer(client, caller, request)) ? request : null;
}

/** Of a field that no product is known to protect, nobody is steward. */
async function assertSteward(
  client: TransactionClient,
  caller: ApiCaller,
  field: string,
): Promise<void> {
  const roles = await findRolesByProduct(client, caller);
  const offering = (await listAccessTerms(client)).filter(
    ({ classes }) => classes !== null && Object.hasOwn(classes, field),
  );
  const isSteward = offering.some(({ product }) => roles.get(product)?.includes('steward'));
  if (!isSteward) throw new MeshgateError('ACCESS_NOT_DECIDER');
}

/** A cursor of one list is none of the other. */
function toListName(list: string, { all }: GrantsInput): string {
  return all ? `${list} all` : list;
}

async function toPage<Row extends { readonly id: string }>(
  list: string,
  args: PageInput,
  load: (page: RecordPage) => Promise<readonly Placed<Row>[]>,
): Promise<Connection<Placed<Row>>> {
  checkCount('first', args.first ?? 1, MOST_ENTRIES);
  const order: CursorOrder = { list, values: ['integer', 'text'] };
  const page = parsePage(args, order);
  return toConnection(await load(page), page, order, ({ position, id }) => [position, id]);
}
