/**
 * The lists of this product.
 *
 * A connection is an object of functions, and GraphQL calls those that are selected: who asks
 * for totals alone costs one sum, who asks for nodes alone costs one page.
 *
 * @module
 */

import {
  type Connection,
  type Page,
  type PageArguments,
  parsePage,
  toConnection,
} from '../../shared/kit/connection.ts';
import type { ProductContext } from '../../shared/kit/define-product.ts';
import type { CategoryLoaders, ForecastLoaders } from './loaders.ts';
import {
  type AccuracyFilter,
  type FiguresFilter,
  parseAccuracyFilter,
  parseFiguresFilter,
  parseHorizon,
} from './parse-figures-filter.ts';
import {
  countMonths,
  listMonths,
  type MonthOrder,
  type MonthRowOf,
  type MonthSort,
  type MonthTable,
  monthOrderOf,
} from './source.ts';
import { ACCURACY_ORDER, countAccuracy, listAccuracy, sumAccuracy } from './source-accuracy.ts';
import type { FigureCriteria } from './source-criteria.ts';
import { NO_FORECAST, NO_REVENUE, sumFigures, sumForecast } from './source-totals.ts';

type Context = ProductContext<ForecastLoaders>;
type AnyMonthRow = MonthRowOf<'figures'> | MonthRowOf<'forecast'>;

interface Category {
  readonly id: string;
}

interface MonthsArguments extends PageArguments {
  readonly filter?: FiguresFilter | null;
  readonly sort: MonthSort;
}

interface HorizonArguments extends PageArguments {
  readonly region?: string | null;
  readonly months: number;
}

interface AccuracyArguments extends PageArguments {
  readonly filter?: AccuracyFilter | null;
}

/** `Query.monthlyFigures` */
export function resolveMonthlyFigures(_: unknown, args: MonthsArguments, { database }: Context) {
  const { order, page, criteria, sort } = parseMonths('figures', args);

  return toLazyConnection({
    read: async () => {
      const rows = await listMonths(database, 'figures', criteria, sort, page);
      return toConnection(rows, page, order, order.positionOf);
    },
    count: () => countMonths(database, 'figures', criteria),
    sum: () => sumFigures(database, criteria),
  });
}

/** `Query.forecast` */
export function resolveForecast(_: unknown, args: MonthsArguments, { database }: Context) {
  const { order, page, criteria, sort } = parseMonths('forecast', args);

  return toLazyConnection({
    read: async () => {
      const rows = await listMonths(database, 'forecast', criteria, sort, page);
      return toConnection(rows, page, order, order.positionOf);
    },
    count: () => countMonths(database, 'forecast', criteria),
    sum: () => sumForecast(database, criteria),
  });
}

/** `Query.forecastAccuracy` */
export function resolveAccuracy(_: unknown, args: AccuracyArguments, { database }: Context) {
  const page = parsePage(args, ACCURACY_ORDER);
  const criteria = parseAccuracyFilter(args.filter);

  return toLazyConnection({
    read: async () => {
      const rows = await listAccuracy(database, criteria, page);
      return toConnection(rows, page, ACCURACY_ORDER, (row) => [row.id]);
    },
    count: () => countAccuracy(database, criteria),
    sum: async () => (await sumAccuracy(database, criteria))[0],
  });
}

/** `Category.monthlyFigures` */
export function resolveFiguresOfCategory(
  { id }: Category,
  args: MonthsArguments,
  { loaders }: Context,
) {
  return resolveOfCategory(id, parseMonths('figures', args), loaders.figuresByCategory, NO_REVENUE);
}

/** `Category.forecast` */
export function resolveForecastOfCategory(
  { id }: Category,
  args: HorizonArguments,
  { loaders }: Context,
) {
  const sort: MonthSort = 'MONTH_ASC';
  const criteria = parseHorizon(args.region ?? null, args.months);
  const order = monthOrderOf('forecast', sort);
  const list = { order, page: parsePage(args, order), criteria, sort };
  return resolveOfCategory(id, list, loaders.forecastByCategory, NO_FORECAST);
}

interface MonthList {
  readonly order: MonthOrder;
  readonly page: Page;
  readonly criteria: FigureCriteria;
  readonly sort: MonthSort;
}

function parseMonths(table: MonthTable, args: MonthsArguments): MonthList {
  const order = monthOrderOf(table, args.sort);
  const page = parsePage(args, order);
  return { order, page, criteria: parseFiguresFilter(args.filter), sort: args.sort };
}

function resolveOfCategory<Row extends AnyMonthRow, Totals>(
  categoryId: string,
  { order, page, criteria, sort }: MonthList,
  loaders: CategoryLoaders<Row, Totals>,
  none: Totals,
) {
  return toLazyConnection<Row, Totals>({
    read: async () => {
      const rows = await loaders.pages.load(categoryId, { criteria, sort, page });
      return toConnection(rows, page, order, order.positionOf);
    },
    count: async () => {
      const [row] = await loaders.counts.load(categoryId, criteria);
      return row?.count ?? 0;
    },
    sum: async () => {
      const [row] = await loaders.totals.load(categoryId, criteria);
      return row ?? none;
    },
  });
}

interface LazyParts<Row, Totals> {
  read(): Promise<Connection<Row>>;
  count(): Promise<number>;
  sum(): Promise<Totals>;
}

function toLazyConnection<Row, Totals>({ read, count, sum }: LazyParts<Row, Totals>) {
  let page: Promise<Connection<Row>> | undefined;
  const readOnce = () => {
    page ??= read();
    return page;
  };
  return {
    edges: async () => (await readOnce()).edges,
    nodes: async () => (await readOnce()).nodes,
    pageInfo: async () => (await readOnce()).pageInfo,
    totalCount: count,
    totals: sum,
  };
}
