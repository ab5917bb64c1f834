import { expect, test } from 'vitest';
import {
  collectTargets,
  commonPosition,
  extendPath,
  locateTargets,
  ROOT_PATH,
} from '../../../../../gateway/execution/plan/result-path.ts';

const path = (...elements: string[]) => extendPath(ROOT_PATH, elements);

const data = {
  search: [
    { __typename: 'Book', id: 'b', author: { id: 'a1' } },
    null,
    { __typename: 'Film', id: 'f', author: null },
    { __typename: 'Book', id: 'c', author: { id: 'a2' } },
  ],
  top: { __typename: 'Film', id: 't' },
};

const idsAt = (...elements: string[]) =>
  collectTargets(data, path(...elements)).map(({ id }) => id);

test('passes over nulls and over what is not there', () => {
  expect(idsAt('search', '@')).toEqual(['b', 'f', 'c']);
  expect(idsAt('search', '@', 'author')).toEqual(['a1', 'a2']);
  expect(idsAt('missing', '@', 'deep')).toEqual([]);
});

test.each([
  [
    ['search', '@|[Book]'],
    ['b', 'c'],
  ],
  [
    ['search', '@|[Book]', 'author'],
    ['a1', 'a2'],
  ],
  [['search', '@', '|[Film,Song]'], ['f']],
  [['top|[Film]'], ['t']],
  [['top|[Book]'], []],
  [['', 'top'], ['t']],
])('follows only the types that %j names', (elements, ids) => {
  expect(idsAt(...elements)).toEqual(ids);
});

test('enters a list that stands in several places once', () => {
  const shared = [{ id: 's1' }, { id: 's2' }];
  const root = { items: [{ parts: shared }, { parts: shared }, { parts: [{ id: 's3' }] }] };

  const targets = collectTargets(root, path('items', '@', 'parts', '@'));

  expect(targets.map(({ id }) => id)).toEqual(['s1', 's2', 's3']);
});

test('finds every place of an object for an error', () => {
  const one = { id: 'x' };
  const root = { items: [{ part: one }, { part: { id: 'y' } }, { part: one }] };

  const positions = locateTargets(root, path('items', '@', 'part'), new Set([one]));

  expect(positions).toEqual([
    ['items', 0, 'part'],
    ['items', 2, 'part'],
  ]);
});

test('names the part of a path before its first list', () => {
  expect(commonPosition(path('a', 'b', '@', 'c'))).toEqual(['a', 'b']);
});
