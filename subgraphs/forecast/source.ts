/**
 * How figures and forecasts are stored. Only this file and its neighbours `source-*.ts` know SQL.
 *
 * @module
 */

import type { CursorOrder, Page } from '../../shared/kit/connection.ts';
import type { QueryRows } from '../../shared/kit/product-database.ts';
import { FIGURE_CRITERIA, type FigureCriteria, toCriteriaParameters } from './source-criteria.ts';

/** Something statements can be run on. */
export interface FigureSession {
  readonly query: QueryRows;
}

/** One month of one category and region, as it was or as it is expected. */
interface MonthRow {
  readonly id: string;
  readonly month: string;
  /** In the spelling of the source, such as West. */
  readonly region: string;
  readonly categoryId: string;
  /** An exact decimal, like every amount. */
  readonly revenue: string;
}

/** What was sold in a month. */
export interface MonthlyFiguresRow extends MonthRow {
  readonly orderLines: number;
  readonly margin: string;
}

/** What is expected in a month. */
export interface ForecastMonthRow extends MonthRow {
  readonly lower: string;
  readonly upper: string;
}

/** How many rows belong to a category. */
export interface CountRow {
  readonly key: string;
  readonly count: number;
}

/** A total order of months, for SQL and for cursors alike. */
export interface MonthOrder extends CursorOrder {
  readonly columns: readonly string[];
  /** What a cursor's values become in SQL; wide enough for whatever a forged one may hold. */
  readonly types: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  positionOf(row: MonthRow): readonly string[];
}

const byMonth = {
  columns: ['month', 'id'],
  values: ['date', 'text'],
  types: ['date', 'text'],
  positionOf: (row: MonthRow) => [row.month, row.id],
} as const;

const byRevenue = {
  columns: ['revenue', 'id'],
  values: ['decimal', 'text'],
  types: ['numeric', 'text'],
  positionOf: (row: MonthRow) => [row.revenue, row.id],
} as const;

/** What each member of `MonthlyFiguresSort` and `ForecastSort` means. */
const SORTS = {
  MONTH_ASC: { ...byMonth, direction: 'ASC' },
  MONTH_DESC: { ...byMonth, direction: 'DESC' },
  REVENUE_ASC: { ...byRevenue, direction: 'ASC' },
  REVENUE_DESC: { ...byRevenue, direction: 'DESC' },
} as const satisfies Record<string, Omit<MonthOrder, 'list'>>;

export type MonthSort = keyof typeof SORTS;

const MONTH_COLUMNS = 'id, month, region, category_id AS "categoryId", revenue';

/** The two tables of months: their names and columns. */
const TABLES = {
  figures: {
    table: 'monthly_figures',
    columns: `${MONTH_COLUMNS}, order_lines AS "orderLines", margin`,
  },
  forecast: { table: 'forecast_month', columns: `${MONTH_COLUMNS}, lower, upper` },
} as const;

interface RowOf {
  readonly figures: MonthlyFiguresRow;
  readonly forecast: ForecastMonthRow;
}

/** Which of the two tables is meant. */
export type MonthTable = keyof typeof TABLES;
export type MonthRowOf<Table extends MonthTable> = RowOf[Table];

/** The order of a list; a cursor of one table's list is refused by the other's. */
export function monthOrderOf(name: MonthTable, sort: MonthSort): MonthOrder {
  return { ...SORTS[sort], list: `${name} by ${sort}` };
}

/** Ids of another form cannot exist, and may hold characters that no statement takes. */
const ID_FORM = /^\d{4}-\d\d-[a-z]+(-[a-z]+)*$/;

const CATEGORY_FORM = /^[a-z]+(-[a-z]+)*$/;

/** Whether a text can be the id of a category, such as office-supplies. */
export function isCategoryId(text: string): boolean {
  return CATEGORY_FORM.test(text);
}

/** Monthly figures of these ids, in any order. */
export function findMonthlyFigures(
  session: FigureSession,
  ids: readonly string[],
): Promise<readonly MonthlyFiguresRow[]> {
  const { table, columns } = TABLES.figures;
  return session.query<MonthlyFiguresRow>(`SELECT ${columns} FROM ${table} WHERE id = ANY ($1)`, [
    ids.filter((id) => ID_FORM.test(id)),
  ]);
}

/** One page of the months that meet the criteria, and one row more where there is one. */
export function listMonths<Table extends MonthTable>(
  session: FigureSession,
  name: Table,
  criteria: FigureCriteria,
  sort: MonthSort,
  page: Page,
): Promise<readonly MonthRowOf<Table>[]> {
  const { table, columns } = TABLES[name];
  const { behindCursor, order } = toKeyset(monthOrderOf(name, sort), page, 9);
  return session.query<MonthRowOf<Table>>(
    `SELECT ${columns} FROM ${table}
     WHERE ${FIGURE_CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $8`,
    [...toCriteriaParameters(criteria), page.limit, ...(page.after ?? [])],
  );
}

/** For each of these categories, one page of its months and one row more where there is one. */
export function listMonthsOfCategories<Table extends MonthTable>(
  session: FigureSession,
  name: Table,
  categoryIds: readonly string[],
  criteria: FigureCriteria,
  sort: MonthSort,
  page: Page,
): Promise<readonly MonthRowOf<Table>[]> {
  const { table, columns } = TABLES[name];
  const { behindCursor, order } = toKeyset(monthOrderOf(name, sort), page, 10);
  return session.query<MonthRowOf<Table>>(
    `SELECT ${columns}
     FROM unnest($9::text[]) AS wanted (key)
     CROSS JOIN LATERAL (
       SELECT * FROM ${table}
       WHERE category_id = key AND ${FIGURE_CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $8
     ) AS month
     ORDER BY ${order}`,
    [
      ...toCriteriaParameters(criteria),
      page.limit,
      categoryIds.filter(isCategoryId),
      ...(page.after ?? []),
    ],
  );
}

/** How many months meet the criteria. */
export async function countMonths(
  session: FigureSession,
  name: MonthTable,
  criteria: FigureCriteria,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${TABLES[name].table} WHERE ${FIGURE_CRITERIA}`,
    toCriteriaParameters(criteria),
  );
  return row?.count ?? 0;
}

/** How many of their months meet the criteria, by category; a category without any is absent. */
export function countMonthsOfCategories(
  session: FigureSession,
  name: MonthTable,
  categoryIds: readonly string[],
  criteria: FigureCriteria,
): Promise<readonly CountRow[]> {
  return session.query<CountRow>(
    `SELECT category_id AS key, count(*)::int AS count FROM ${TABLES[name].table}
     WHERE category_id = ANY ($8) AND ${FIGURE_CRITERIA} GROUP BY category_id`,
    [...toCriteriaParameters(criteria), categoryIds.filter(isCategoryId)],
  );
}

/** The parts of a statement that make it read one page in order. */
function toKeyset(list: MonthOrder, page: Page, firstPlace: number) {
  const { columns, types, direction } = list;
  const comparison = direction === 'ASC' ? '>' : '<';
  const places = types.map((type, index) => `$${firstPlace + index}::${type}`).join(', ');
  return {
    behindCursor:
      page.after === null ? '' : `AND (${columns.join(', ')}) ${comparison} (${places})`,
    order: columns.map((column) => `${column} ${direction}`).join(', '),
  };
}
