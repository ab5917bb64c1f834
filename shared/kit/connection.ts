/**
 * Relay connections over keyset pagination.
 *
 * A list is read in a total order (its sort value, then the id), one row more
 * than asked for, after the position that the cursor names:
 *
 * ```ts
 * const BY_DAY = { list: 'orders by orderedOn desc', values: ['date', 'text'] } as const satisfies CursorOrder;
 * const page = parsePage(args, BY_DAY);            // { first: 20, limit: 21, after: ['2017-11-09', 'CA-2017-…'] }
 * const rows = await source.findOrders(page);      // … WHERE (ordered_on, id) < ($1, $2) ORDER BY … LIMIT page.limit
 * return toConnection(rows, page, BY_DAY, (row) => [row.orderedOn, row.id]);
 * ```
 *
 * `totalCount` is no part of it; a product adds it as a function, which runs only
 * when the field is selected: `{ ...toConnection(…), totalCount: () => … }`.
 *
 * @module
 * @see https://relay.dev/graphql/connections.htm
 */

import { MeshgateError } from '../errors/meshgate-error.ts';
import { toCalendarDate, toUtcDateTime } from './calendar.ts';

const DEFAULT_PAGE_SIZE = 20;
const MAXIMUM_PAGE_SIZE = 200;

/** What a cursor value must look like, so that a forged one never reaches a cast in SQL. */
export type CursorValueKind = 'text' | 'integer' | 'decimal' | 'date' | 'dateTime';

/** The total order of one list. */
export interface CursorOrder {
  /** Names list, sort field and direction; a cursor made under another name is refused. */
  readonly list: string;
  /** Kinds of the values that place a row in the order, the last being a unique one. */
  readonly values: readonly CursorValueKind[];
}

/** A page as a statement needs it. */
export interface Page {
  /** Rows wanted, 1 to 200. */
  readonly first: number;
  /** `first + 1`: the extra row tells whether there is a next page. */
  readonly limit: number;
  /** Values of the last row of the page before, as strings; null for the first page. */
  readonly after: readonly string[] | null;
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Edge<Row> {
  readonly cursor: string;
  readonly node: Row;
}

export interface Connection<Row> {
  readonly edges: readonly Edge<Row>[];
  readonly nodes: readonly Row[];
  readonly pageInfo: PageInfo;
}

/**
 * Checks the arguments of a list.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when `first` is out of 1..200 or `after`
 *   is not a cursor of this list and order.
 */
export function parsePage(args: PageArguments, order: CursorOrder): Page {
  const first = args.first ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(first) || first < 1 || first > MAXIMUM_PAGE_SIZE) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `first must be between 1 and ${MAXIMUM_PAGE_SIZE}, not ${first}.`,
      details: { argument: 'first', minimum: 1, maximum: MAXIMUM_PAGE_SIZE },
    });
  }
  const after = args.after ?? null;
  return { first, limit: first + 1, after: after === null ? null : decodeCursor(order, after) };
}

/**
 * Builds the connection from rows that were read with `page.limit`.
 *
 * @param positionOf The row's values in the order, e.g. `[row.orderedOn, row.id]`; never null.
 */
export function toConnection<Row>(
  rows: readonly Row[],
  page: Page,
  order: CursorOrder,
  positionOf: (row: Row) => readonly (string | number)[],
): Connection<Row> {
  const nodes = rows.slice(0, page.first);
  const edges = nodes.map((node) => ({ cursor: encodeCursor(order, positionOf(node)), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** First byte of every cursor. A new layout gets a new number, and old cursors are refused. */
const CURSOR_VERSION = 1;
const MAXIMUM_CURSOR_CHARACTERS = 1024;

/** Whether Postgres can read a value as one of its kind. */
const VALUE_CHECKS: Readonly<Record<CursorValueKind, (value: string) => boolean>> = {
  text: (value) => !value.includes('\0'),
  integer: (value) => /^-?\d{1,18}$/.test(value),
  decimal: (value) => /^-?\d{1,64}(\.\d{1,64})?$/.test(value),
  date: (value) => toCalendarDate(value) !== null,
  dateTime: (value) => toUtcDateTime(value) !== null,
};

/** Writes the position of a row as an opaque string, base64url without padding. */
export function encodeCursor(order: CursorOrder, position: readonly (string | number)[]): string {
  const body = JSON.stringify([order.list, ...position.map(String)]);
  return Buffer.concat([Buffer.of(CURSOR_VERSION), Buffer.from(body)]).toString('base64url');
}

/**
 * Reads a cursor back into the values of its position.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when it is malformed, of another version, or
 *   made for another list or order.
 */
export function decodeCursor(order: CursorOrder, cursor: string): readonly string[] {
  const [list, ...position] = readCursor(cursor);
  const fits =
    list === order.list &&
    position.length === order.values.length &&
    order.values.every((kind, index) => VALUE_CHECKS[kind](position[index] ?? ''));
  if (!fits) {
    throw new MeshgateError('INPUT_INVALID', {
      message:
        'after must be a cursor that this list returned under the same sort order; ask for the first page again.',
      details: { argument: 'after' },
    });
  }
  return position;
}

/** Everything a cursor holds; an empty list for what is no cursor at all. */
function readCursor(cursor: string): readonly string[] {
  if (cursor.length > MAXIMUM_CURSOR_CHARACTERS) return [];
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes[0] !== CURSOR_VERSION) return [];
  try {
    const body: unknown = JSON.parse(bytes.subarray(1).toString());
    return Array.isArray(body) && body.every((value) => typeof value === 'string') ? body : [];
  } catch {
    return [];
  }
}
