import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CursorOrder,
  decodeCursor,
  encodeCursor,
  parsePage,
  toConnection,
} from '../../../../shared/kit/connection.ts';

const BY_DAY = {
  list: 'orders by orderedOn',
  values: ['date', 'text'],
} as const satisfies CursorOrder;
const BY_NAME: CursorOrder = { list: 'orders by name', values: ['text', 'text'] };
const REFUSED = expect.objectContaining({ code: 'INPUT_INVALID', details: { argument: 'after' } });

const position = (row: { day: string; id: string }) => [row.day, row.id];
const rows = ['1', '2', '3'].map((id) => ({ id, day: '2017-11-09' }));

test('a page without arguments is the first 20 rows, and one more to look ahead', () => {
  expect(parsePage({}, BY_DAY)).toEqual({ first: 20, limit: 21, after: null });
  expect(parsePage({ first: null, after: null }, BY_DAY)).toEqual({
    first: 20,
    limit: 21,
    after: null,
  });
});

test.each([1, 200])('a page may have %i rows', (first) => {
  expect(parsePage({ first }, BY_DAY)).toEqual({ first, limit: first + 1, after: null });
});

test.each([0, -1, 201, 1.5])('a page of %d rows is refused, saying the bounds', (first) => {
  expect(() => parsePage({ first }, BY_DAY)).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: `first must be between 1 and 200, not ${first}.`,
      details: { argument: 'first', minimum: 1, maximum: 200 },
    }),
  );
});

test('the extra row makes a next page and is not shown', () => {
  const connection = toConnection(rows, parsePage({ first: 2 }, BY_DAY), BY_DAY, position);

  const cursors = rows.map((row) => encodeCursor(BY_DAY, position(row)));
  expect(connection).toEqual({
    nodes: [rows[0], rows[1]],
    edges: [
      { cursor: cursors[0], node: rows[0] },
      { cursor: cursors[1], node: rows[1] },
    ],
    pageInfo: {
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: cursors[0],
      endCursor: cursors[1],
    },
  });
});

test('an empty page has no cursors', () => {
  const page = parsePage({ after: encodeCursor(BY_DAY, ['2017-11-09', '3']) }, BY_DAY);

  expect(toConnection([], page, BY_DAY, position).pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: true,
    startCursor: null,
    endCursor: null,
  });
});

test('the cursor of a row leads back to its position, whatever its values are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (name, id) => {
      fc.pre(!`${name}${id}`.includes('\0'));
      expect(decodeCursor(BY_NAME, encodeCursor(BY_NAME, [name, id]))).toEqual([name, id]);
    }),
  );
});

test('walking page by page with cursors visits every row once, in order', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 7 }), (count, first) => {
      const all = Array.from({ length: count }, (_, id) => ({
        id: String(id).padStart(3, '0'),
        day: `2017-11-0${1 + Math.floor(id / 10)}`,
      }));
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = parsePage({ first, after }, BY_DAY);
        const [day = '', id = ''] = page.after ?? [];
        const read = all.filter((row) => row.day > day || (row.day === day && row.id > id));
        const { nodes, pageInfo } = toConnection(read.slice(0, page.limit), page, BY_DAY, position);
        seen.push(...nodes.map((node) => node.id));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);

      expect(seen).toEqual(all.map(({ id }) => id));
    }),
  );
});

const forge = (version: number, body: string) =>
  Buffer.concat([Buffer.of(version), Buffer.from(body)]).toString('base64url');

test.each([
  ['no cursor at all', 'hello'],
  ['an empty one', ''],
  ['one of another list', encodeCursor(BY_NAME, ['2017-11-09', 'a'])],
  ['one with a value too few', encodeCursor(BY_DAY, ['2017-11-09'])],
  ['one with a value too many', encodeCursor(BY_DAY, ['2017-11-09', 'a', 'b'])],
  ['one with a value of another kind', encodeCursor(BY_DAY, ["'; DROP TABLE x", 'a'])],
  ['one with a day that no calendar has', encodeCursor(BY_DAY, ['2017-02-31', 'a'])],
  ['one with a NUL character', encodeCursor(BY_DAY, ['2017-11-09', 'a\0'])],
  ['one of another version', forge(2, '["orders by orderedOn","2017-11-09","a"]')],
  ['one that holds an object', forge(1, '{}')],
  ['one that holds numbers', forge(1, '["orders by orderedOn",1,2]')],
  ['one that is cut off', encodeCursor(BY_DAY, ['2017-11-09', 'abc']).slice(0, -4)],
  ['one that is very long', encodeCursor(BY_DAY, ['2017-11-09', 'x'.repeat(2000)])],
])('as cursor, %s is refused', (_name, cursor) => {
  expect(() => decodeCursor(BY_DAY, cursor)).toThrow(REFUSED);
});

test.each(['2017-02-31 10:00:00+00', '2017-02-28 24:00:00+00', '2017-02-28 10:00:00', '10:00'])(
  'a cursor with the moment %s is refused',
  (moment) => {
    const order = { list: 'changes', values: ['dateTime'] } as const satisfies CursorOrder;

    expect(() => decodeCursor(order, encodeCursor(order, [moment]))).toThrow(REFUSED);
  },
);

test.each(['2017-02-28 10:00:00.123456+00', '2017-02-28T10:00:00Z', '2016-02-29 10:00:00+05:30'])(
  'a cursor with the moment %s, as Postgres writes it, is read',
  (moment) => {
    const order = { list: 'changes', values: ['dateTime'] } as const satisfies CursorOrder;

    expect(decodeCursor(order, encodeCursor(order, [moment]))).toEqual([moment]);
  },
);

test('any text is either a cursor of the list or refused', () => {
  fc.assert(
    fc.property(fc.base64String(), (cursor) => {
      expect(() => decodeCursor(BY_DAY, cursor)).toThrow(REFUSED);
    }),
  );
});
