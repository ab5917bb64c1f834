/**
 * Loaders that turn the single loads of one request into one statement.
 *
 * All keys that are asked for in the same tick go to `fetch` together, each once,
 * and answers are remembered for the rest of the request. A mutation that changes
 * a row calls `clear(key)`.
 *
 * @module
 */

import DataLoader from 'dataloader';

export type BatchKey = string | number;

/** `load(key)` and `loadMany(keys)`; equal keys are asked for once per request. */
export type BatchLoader<Key, Value> = DataLoader<Key, Value>;

/** Rows for these keys, in any order; a key without a row is simply absent. */
export type FetchRows<Key, Row> = (keys: readonly Key[]) => Promise<readonly Row[]>;

/** One row per key; null where there is none, or none that this caller may see. */
export function createBatchOne<Key extends BatchKey, Row>(
  fetch: FetchRows<Key, Row>,
  keyOf: (row: Row) => Key,
): BatchLoader<Key, Row | null> {
  return new DataLoader<Key, Row | null>(async (keys) => {
    const rows = await fetch(keys);
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });
}

/** All rows of each key, in the order in which `fetch` returns them; an empty list where there are none. */
export function createBatchMany<Key extends BatchKey, Row>(
  fetch: FetchRows<Key, Row>,
  keyOf: (row: Row) => Key,
): BatchLoader<Key, readonly Row[]> {
  return new DataLoader<Key, readonly Row[]>(async (keys) => {
    const rows = await fetch(keys);
    const byKey = groupByKey(rows, keyOf);
    return keys.map((key) => byKey.get(key) ?? []);
  });
}

/** Loads rows by key for fields that take arguments, e.g. `Account.orders(first:, filter:)`. */
export interface ArgumentBatchLoader<Key, Args, Row> {
  load(key: Key, args: Args): Promise<readonly Row[]>;
}

/**
 * Like `createBatchMany` for a field with arguments: one statement per distinct
 * set of arguments, which in one gateway fetch is one per alias.
 *
 * @param fetch Rows of these keys under these arguments. A limit holds per key
 *   (`CROSS JOIN LATERAL (… LIMIT …)`), not for all keys together.
 */
export function createBatchManyByArguments<Key extends BatchKey, Args, Row>(
  fetch: (keys: readonly Key[], args: Args) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): ArgumentBatchLoader<Key, Args, Row> {
  const byArguments = new Map<string, BatchLoader<Key, readonly Row[]>>();

  return {
    load(key, args) {
      const name = JSON.stringify(args);
      let loader = byArguments.get(name);
      if (loader === undefined) {
        loader = createBatchMany((keys) => fetch(keys, args), keyOf);
        byArguments.set(name, loader);
      }
      return loader.load(key);
    },
  };
}

function groupByKey<Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
