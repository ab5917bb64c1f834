import type { FetchDataRewrite } from '@apollo/query-planner';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeResult } from '../../../../../gateway/execution/plan/merge-result.ts';
import {
  rewriteOutput,
  rewritePath,
} from '../../../../../gateway/execution/plan/rewrite-output.ts';
import type { TypeLattice } from '../../../../../gateway/supergraph/type-lattice.ts';

const exact: TypeLattice = { isSubtype: (a, b) => a === b, possibleTypes: () => [] };

test('adds what is new and joins objects and lists of one key', () => {
  const target = { id: '1', size: { width: 1 }, list: [{ a: 1 }, null] };

  mergeResult(target, { name: 'n', size: { height: 2 }, list: [{ b: 2 }, null] }, exact);

  expect(target).toEqual({
    id: '1',
    name: 'n',
    size: { width: 1, height: 2 },
    list: [{ a: 1, b: 2 }, null],
  });
});

test('a type name makes way for a more exact one only', () => {
  const lattice: TypeLattice = {
    isSubtype: (a, b) => a === b || (a === 'Book' && b === 'Media'),
    possibleTypes: () => [],
  };
  const [known, unknown] = [{ __typename: 'Book' }, { __typename: 'Media' }];

  mergeResult(known, { __typename: 'Media' }, lattice);
  mergeResult(unknown, { __typename: 'Book' }, lattice);

  expect([known, unknown]).toEqual([{ __typename: 'Book' }, { __typename: 'Book' }]);
});

test('says when an object has made way for another', () => {
  const target = { a: 1, size: { width: 1 } };

  expect(mergeResult(target, { a: 2, b: { c: 1 } }, exact)).toBe(false);
  expect(mergeResult(target, { size: { height: 2 } }, exact)).toBe(true);
});

test('never writes into what lies below either side', () => {
  const frozen = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) Object.values(value).map(frozen);
    return Object.freeze(value);
  };
  const json = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue());

  fc.assert(
    fc.property(json, json, (present, received) => {
      const target = { ...(frozen(present) as Record<string, unknown>) };
      mergeResult(target, frozen(received) as Record<string, unknown>, exact);
      for (const key of Object.keys(received)) expect(key in target).toBe(true);
    }),
  );
});

test('renames aliased keys back, by type, also inside lists', () => {
  const value = {
    hits: [
      { __typename: 'Film', size__alias_0: 9 },
      { __typename: 'Book', size: 3 },
    ],
  };
  const rewrite: FetchDataRewrite = {
    kind: 'KeyRenamer',
    path: ['hits', '... on Film', 'size__alias_0'],
    renameKeyTo: 'size',
  };

  rewriteOutput([rewrite], value, null, exact);

  expect(value.hits).toEqual([
    { __typename: 'Film', size: 9 },
    { __typename: 'Book', size: 3 },
  ]);
  expect(rewritePath([rewrite], ['hits', 0, 'size__alias_0'])).toEqual(['hits', 0, 'size']);
});
