import { expect, test } from 'vitest';
import {
  createBatchMany,
  createBatchManyByArguments,
  createBatchOne,
} from '../../../../shared/kit/batch-by-key.ts';

interface Row {
  readonly id: string;
  readonly parent: string;
}
const ROWS: readonly Row[] = [
  { id: 'c', parent: 'x' },
  { id: 'a', parent: 'x' },
  { id: 'b', parent: 'y' },
];

test('loads of one tick become one fetch with each key once, answered in the order asked', async () => {
  const fetches: (readonly string[])[] = [];
  const loader = createBatchOne<string, Row>(
    async (ids) => {
      fetches.push(ids);
      return ROWS.filter((row) => ids.includes(row.id));
    },
    (row) => row.id,
  );

  const rows = await Promise.all(['a', 'z', 'c', 'a'].map((id) => loader.load(id)));

  expect(rows).toEqual([ROWS[1], null, ROWS[0], ROWS[1]]);
  expect(fetches).toEqual([['a', 'z', 'c']]);
});

test('rows of one key keep the order of the fetch, and a key without rows gets an empty list', async () => {
  const loader = createBatchMany<string, Row>(
    async () => ROWS,
    (row) => row.parent,
  );

  const lists = await Promise.all(['y', 'x', 'z'].map((parent) => loader.load(parent)));

  expect(lists).toEqual([[ROWS[2]], [ROWS[0], ROWS[1]], []]);
});

test('equal arguments share a fetch and different ones do not', async () => {
  const fetches: unknown[] = [];
  const loader = createBatchManyByArguments<string, { first: number }, Row>(
    async (parents, args) => {
      fetches.push([parents, args]);
      return ROWS;
    },
    (row) => row.parent,
  );

  const lists = await Promise.all([
    loader.load('x', { first: 1 }),
    loader.load('y', { first: 1 }),
    loader.load('x', { first: 2 }),
  ]);

  expect(lists).toEqual([[ROWS[0], ROWS[1]], [ROWS[2]], [ROWS[0], ROWS[1]]]);
  expect(fetches).toEqual([
    [['x', 'y'], { first: 1 }],
    [['x'], { first: 2 }],
  ]);
});

test('a fetch that fails fails every load of its batch', async () => {
  const loader = createBatchOne<string, Row>(
    () => Promise.reject(new Error('down')),
    (row) => row.id,
  );

  const loads = await Promise.allSettled([loader.load('a'), loader.load('b')]);

  expect(loads).toMatchObject([{ reason: { message: 'down' } }, { reason: { message: 'down' } }]);
});
