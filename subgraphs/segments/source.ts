/**
 * The only file that knows how segments are stored.
 *
 * @module
 */

import type { CursorOrder, Page } from '../../shared/kit/connection.ts';
import type { QueryRows } from '../../shared/kit/product-database.ts';

/** The segment of one account. */
export interface SegmentRow {
  /** The account's id. */
  readonly id: string;
  readonly label: string;
  readonly asOf: string;
  readonly recencyDays: number;
  readonly frequency: number;
  /** An exact decimal. */
  readonly monetary: string;
  readonly recencyScore: number;
  readonly frequencyScore: number;
  readonly monetaryScore: number;
  readonly valueScore: number;
}

/** The label of one pair of scores. */
export interface SegmentRuleRow {
  readonly recencyScore: number;
  readonly valueScore: number;
  readonly label: string;
}

/** A range of numbers; null where there is no limit. */
export interface Range<Value> {
  readonly min: Value | null;
  readonly max: Value | null;
}

/** Which segments are meant; null where nothing is asked of that property. */
export interface SegmentCriteria {
  readonly ids: readonly string[] | null;
  readonly labels: readonly string[] | null;
  readonly recencyDays: Range<number>;
  readonly frequency: Range<number>;
  /** Exact decimals. */
  readonly monetary: Range<string>;
}

/** Figures of a set of accounts; amounts and averages are exact decimals. */
export interface SegmentTotalsRow {
  readonly accounts: number;
  readonly orders: number;
  readonly monetarySum: string;
  /** Null where there is no account. */
  readonly monetaryAverage: string | null;
  /** Null where there is no account. */
  readonly recencyDaysAverage: string | null;
}

/** Figures of the accounts that have a key in common. */
export interface SegmentGroupRow extends SegmentTotalsRow {
  readonly key: string;
}

/** Something statements can be run on. */
export interface SegmentSession {
  readonly query: QueryRows;
}

/** A total order of segments, for SQL and for cursors alike. */
interface SegmentOrder extends CursorOrder {
  readonly columns: readonly string[];
  /** What a cursor's values become in SQL; wide enough for whatever a forged one may hold. */
  readonly types: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  positionOf(row: SegmentRow): readonly (string | number)[];
}

const byId = {
  columns: ['id'],
  values: ['text'],
  types: ['text'],
  positionOf: (row: SegmentRow) => [row.id],
} as const;

const byLabel = {
  columns: ['label', 'id'],
  values: ['text', 'text'],
  types: ['text', 'text'],
  positionOf: (row: SegmentRow) => [row.label, row.id],
} as const;

const byRecency = {
  columns: ['recency_days', 'id'],
  values: ['integer', 'text'],
  types: ['bigint', 'text'],
  positionOf: (row: SegmentRow) => [row.recencyDays, row.id],
} as const;

const byFrequency = {
  columns: ['frequency', 'id'],
  values: ['integer', 'text'],
  types: ['bigint', 'text'],
  positionOf: (row: SegmentRow) => [row.frequency, row.id],
} as const;

const byMonetary = {
  columns: ['monetary', 'id'],
  values: ['decimal', 'text'],
  types: ['numeric', 'text'],
  positionOf: (row: SegmentRow) => [row.monetary, row.id],
} as const;

/** What each member of `AccountSegmentSort` means. */
export const SEGMENT_SORTS = {
  ID_ASC: { ...byId, list: 'segments by id asc', direction: 'ASC' },
  ID_DESC: { ...byId, list: 'segments by id desc', direction: 'DESC' },
  LABEL_ASC: { ...byLabel, list: 'segments by label asc', direction: 'ASC' },
  LABEL_DESC: { ...byLabel, list: 'segments by label desc', direction: 'DESC' },
  RECENCY_DAYS_ASC: { ...byRecency, list: 'segments by recencyDays asc', direction: 'ASC' },
  RECENCY_DAYS_DESC: { ...byRecency, list: 'segments by recencyDays desc', direction: 'DESC' },
  FREQUENCY_ASC: { ...byFrequency, list: 'segments by frequency asc', direction: 'ASC' },
  FREQUENCY_DESC: { ...byFrequency, list: 'segments by frequency desc', direction: 'DESC' },
  MONETARY_ASC: { ...byMonetary, list: 'segments by monetary asc', direction: 'ASC' },
  MONETARY_DESC: { ...byMonetary, list: 'segments by monetary desc', direction: 'DESC' },
} as const satisfies Record<string, SegmentOrder>;

export type SegmentSort = keyof typeof SEGMENT_SORTS;

/** The column that makes a group, for each member of `SegmentGrouping`. */
const GROUP_COLUMNS = {
  LABEL: 'label',
  RECENCY_SCORE: 'recency_score',
  FREQUENCY_SCORE: 'frequency_score',
  MONETARY_SCORE: 'monetary_score',
  VALUE_SCORE: 'value_score',
} as const;

export type SegmentGrouping = keyof typeof GROUP_COLUMNS;

const COLUMNS = `
  id, label, as_of AS "asOf", recency_days AS "recencyDays", frequency, monetary,
  recency_score AS "recencyScore", frequency_score AS "frequencyScore",
  monetary_score AS "monetaryScore", value_score AS "valueScore"`;

const CRITERIA = `
  ($1::text[] IS NULL OR id = ANY ($1))
  AND ($2::text[] IS NULL OR label = ANY ($2))
  AND ($3::int IS NULL OR recency_days >= $3)
  AND ($4::int IS NULL OR recency_days <= $4)
  AND ($5::int IS NULL OR frequency >= $5)
  AND ($6::int IS NULL OR frequency <= $6)
  AND ($7::numeric IS NULL OR monetary >= $7)
  AND ($8::numeric IS NULL OR monetary <= $8)`;

const TOTALS = `
  count(*)::int AS accounts, coalesce(sum(frequency), 0)::int AS orders,
  coalesce(sum(monetary), 0.0000) AS "monetarySum", round(avg(monetary), 4) AS "monetaryAverage",
  round(avg(recency_days), 1) AS "recencyDaysAverage"`;

/** Ids of another form cannot exist, and may hold characters that no statement takes. */
const ID_FORM = /^A-\d{5}$/;

/** Segments of these accounts, in any order. */
export function findSegments(
  session: SegmentSession,
  ids: readonly string[],
): Promise<readonly SegmentRow[]> {
  return session.query<SegmentRow>(`SELECT ${COLUMNS} FROM account_segment WHERE id = ANY ($1)`, [
    ids.filter((id) => ID_FORM.test(id)),
  ]);
}

/** One page of the segments that meet the criteria, and one row more where there is one. */
export function listSegments(
  session: SegmentSession,
  criteria: SegmentCriteria,
  sort: SegmentSort,
  page: Page,
): Promise<readonly SegmentRow[]> {
  const { columns, types, direction } = SEGMENT_SORTS[sort];
  const comparison = direction === 'ASC' ? '>' : '<';
  const places = types.map((type, index) => `$${index + 10}::${type}`).join(', ');
  const behindCursor =
    page.after === null ? '' : `AND (${columns.join(', ')}) ${comparison} (${places})`;
  const order = columns.map((column) => `${column} ${direction}`).join(', ');
  return session.query<SegmentRow>(
    `SELECT ${COLUMNS} FROM account_segment
     WHERE ${CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $9`,
    [...toParameters(criteria), page.limit, ...(page.after ?? [])],
  );
}

/** How many segments meet the criteria. */
export async function countSegments(
  session: SegmentSession,
  criteria: SegmentCriteria,
): Promise<number> {
  const [row] = await session.query<{ accounts: number }>(
    `SELECT count(*)::int AS accounts FROM account_segment WHERE ${CRITERIA}`,
    toParameters(criteria),
  );
  return row?.accounts ?? 0;
}

/** Figures of the accounts that meet the criteria; one row, also where there is no account. */
export function sumSegments(
  session: SegmentSession,
  criteria: SegmentCriteria,
): Promise<readonly SegmentTotalsRow[]> {
  return session.query<SegmentTotalsRow>(
    `SELECT ${TOTALS} FROM account_segment WHERE ${CRITERIA}`,
    toParameters(criteria),
  );
}

/** Figures of the accounts that meet the criteria, by group, in ascending order of the key. */
export function sumSegmentsByGroup(
  session: SegmentSession,
  grouping: SegmentGrouping,
  criteria: SegmentCriteria,
): Promise<readonly SegmentGroupRow[]> {
  return session.query<SegmentGroupRow>(
    `SELECT ${GROUP_COLUMNS[grouping]}::text AS key, ${TOTALS}
     FROM account_segment WHERE ${CRITERIA} GROUP BY key ORDER BY key`,
    toParameters(criteria),
  );
}

/** The label of every pair of scores, best scores first. */
export function listRules(session: SegmentSession): Promise<readonly SegmentRuleRow[]> {
  return session.query<SegmentRuleRow>(
    `SELECT recency_score AS "recencyScore", value_score AS "valueScore", label
     FROM segment_rule ORDER BY recency_score DESC, value_score DESC`,
  );
}

function toParameters(criteria: SegmentCriteria): readonly unknown[] {
  const { ids, labels, recencyDays, frequency, monetary } = criteria;
  return [
    ids?.filter((id) => ID_FORM.test(id)) ?? null,
    labels,
    recencyDays.min,
    recencyDays.max,
    frequency.min,
    frequency.max,
    monetary.min,
    monetary.max,
  ];
}
