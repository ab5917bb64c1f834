import {
  type ArgumentBatchLoader,
  type BatchLoader,
  createBatchManyByArguments,
  createBatchOne,
} from '../../shared/kit/batch-by-key.ts';
import type { Page } from '../../shared/kit/connection.ts';
import type { ProductDatabase } from '../../shared/kit/product-database.ts';
import {
  type CountRow,
  countMonthsOfCategories,
  findMonthlyFigures,
  listMonthsOfCategories,
  type MonthlyFiguresRow,
  type MonthRowOf,
  type MonthSort,
  type MonthTable,
} from './source.ts';
import type { FigureCriteria } from './source-criteria.ts';
import {
  type ForecastTotalsRow,
  type Keyed,
  type RevenueTotalsRow,
  sumFiguresOfCategories,
  sumForecastOfCategories,
} from './source-totals.ts';

/** What a page of a category's list follows from. */
export interface ListArguments {
  readonly criteria: FigureCriteria;
  readonly sort: MonthSort;
  readonly page: Page;
}

/** Pages and sums of lists that hang on a category, for all categories of one fetch at once. */
export interface CategoryLoaders<Row, Totals> {
  readonly pages: ArgumentBatchLoader<string, ListArguments, Row>;
  readonly counts: ArgumentBatchLoader<string, FigureCriteria, CountRow>;
  readonly totals: ArgumentBatchLoader<string, FigureCriteria, Keyed<Totals>>;
}

/** Loaders of one request. */
export interface ForecastLoaders {
  readonly figuresById: BatchLoader<string, MonthlyFiguresRow | null>;
  readonly figuresByCategory: CategoryLoaders<MonthRowOf<'figures'>, RevenueTotalsRow>;
  readonly forecastByCategory: CategoryLoaders<MonthRowOf<'forecast'>, ForecastTotalsRow>;
}

/** Makes the loaders: each is one statement for all that one request asks of it. */
export function createLoaders(database: ProductDatabase): ForecastLoaders {
  return {
    figuresById: createBatchOne(
      (ids) => findMonthlyFigures(database, ids),
      (row: MonthlyFiguresRow) => row.id,
    ),
    figuresByCategory: createCategoryLoaders(database, 'figures', sumFiguresOfCategories),
    forecastByCategory: createCategoryLoaders(database, 'forecast', sumForecastOfCategories),
  };
}

function createCategoryLoaders<Table extends MonthTable, Totals>(
  database: ProductDatabase,
  table: Table,
  sum: (
    session: ProductDatabase,
    categoryIds: readonly string[],
    criteria: FigureCriteria,
  ) => Promise<readonly Keyed<Totals>[]>,
): CategoryLoaders<MonthRowOf<Table>, Totals> {
  return {
    pages: createBatchManyByArguments(
      (ids, { criteria, sort, page }) =>
        listMonthsOfCategories(database, table, ids, criteria, sort, page),
      (row: MonthRowOf<Table>) => row.categoryId,
    ),
    counts: createBatchManyByArguments(
      (ids, criteria) => countMonthsOfCategories(database, table, ids, criteria),
      (row: CountRow) => row.key,
    ),
    totals: createBatchManyByArguments(
      (ids, criteria) => sum(database, ids, criteria),
      (row: Keyed<Totals>) => row.key,
    ),
  };
}
