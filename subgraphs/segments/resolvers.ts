import { type PageArguments, parsePage, toConnection } from '../../shared/kit/connection.ts';
import type { ProductContext, ProductResolvers } from '../../shared/kit/define-product.ts';
import { scalars } from '../../shared/kit/scalars.ts';
import type { SegmentLoaders } from './loaders.ts';
import { parseSegmentFilter, type SegmentFilter } from './parse-segment-filter.ts';
import {
  countSegments,
  listRules,
  listSegments,
  SEGMENT_SORTS,
  type SegmentGrouping,
  type SegmentGroupRow,
  type SegmentRow,
  type SegmentSort,
  sumSegments,
  sumSegmentsByGroup,
} from './source.ts';

type Context = ProductContext<SegmentLoaders>;

interface Reference {
  readonly id: string;
}

interface SegmentsArguments extends PageArguments {
  readonly filter?: SegmentFilter | null;
  readonly sort: SegmentSort;
}

interface SummaryArguments {
  readonly groupBy: SegmentGrouping;
  readonly filter?: SegmentFilter | null;
}

/** A page that is read once, and only when something of it is selected. */
function resolveSegments(_: unknown, args: SegmentsArguments, { database, loaders }: Context) {
  const order = SEGMENT_SORTS[args.sort];
  const page = parsePage(args, order);
  const criteria = parseSegmentFilter(args.filter);

  const read = async () => {
    const rows = await listSegments(database, criteria, args.sort, page);
    for (const row of rows) loaders.segmentById.prime(row.id, row);
    return toConnection(rows, page, order, order.positionOf);
  };
  let reading: ReturnType<typeof read> | undefined;
  const readOnce = () => {
    reading ??= read();
    return reading;
  };
  return {
    edges: async () => (await readOnce()).edges,
    nodes: async () => (await readOnce()).nodes,
    pageInfo: async () => (await readOnce()).pageInfo,
    totalCount: () => countSegments(database, criteria),
    totals: async () => (await sumSegments(database, criteria))[0],
  };
}

/** Answers every field of `schema.graphql` that is not simply a column of the row. */
export const resolvers: ProductResolvers<SegmentLoaders> = {
  Decimal: scalars.Decimal,
  Date: scalars.Date,
  Query: {
    accountSegment: (_: unknown, { id }: Reference, { loaders }) => loaders.segmentById.load(id),
    accountSegments: resolveSegments,
    segmentSummary: (_: unknown, { groupBy, filter }: SummaryArguments, { database }) =>
      sumSegmentsByGroup(database, groupBy, parseSegmentFilter(filter)),
    segmentRules: (_: unknown, __: unknown, { database }) => listRules(database),
  },
  AccountSegment: {
    __resolveReference: ({ id }: Reference, { loaders }) => loaders.segmentById.load(id),
    account: ({ id }: SegmentRow) => ({ id }),
  },
  SegmentGroup: {
    totals: (group: SegmentGroupRow) => group,
  },
  // Whether an account exists is for the product that holds accounts to say.
  Account: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    segment: ({ id }: Reference, _: unknown, { loaders }) => loaders.segmentById.load(id),
  },
};
