import type { CursorOrder, CursorValueKind, Page } from '../../shared/kit/connection.ts';

/** A total order of rows, for SQL and for cursors alike. */
export interface ListOrder<Row> extends CursorOrder {
  /** Spelt as SQL, the last one unique; one for each of `values`. */
  readonly columns: readonly string[];
  /** Of all columns. */
  readonly direction: 'ASC' | 'DESC';
  positionOf(row: Row): readonly string[];
}

/** The parts of a statement that make it read one page in order. */
export interface Keyset {
  /** Continues a `WHERE`; empty for the first page. */
  readonly behindCursor: string;
  /** What follows `ORDER BY`. */
  readonly order: string;
}

/** Wide enough for whatever a cursor may hold, also a forged one. */
const PARAMETER_TYPES: Readonly<Record<CursorValueKind, string>> = {
  text: 'text',
  integer: 'bigint',
  decimal: 'numeric',
  date: 'date',
  dateTime: 'timestamptz',
};

/** @param firstPlace Number of the parameter that holds the cursor's first value. */
export function toKeyset<Row>(list: ListOrder<Row>, page: Page, firstPlace: number): Keyset {
  const { columns, direction, values } = list;
  const places = values.map((kind, index) => `$${firstPlace + index}::${PARAMETER_TYPES[kind]}`);
  const comparison = direction === 'ASC' ? '>' : '<';
  return {
    behindCursor:
      page.after === null ? '' : `AND (${columns.join(', ')}) ${comparison} (${places.join(', ')})`,
    order: columns.map((column) => `${column} ${direction}`).join(', '),
  };
}
