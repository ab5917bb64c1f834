import { expect, test } from 'vitest';
import { RepresentationWriter } from '../../../../../gateway/execution/plan/representation-writer.ts';
import type { TypeLattice } from '../../../../../gateway/supergraph/type-lattice.ts';

const lattice: TypeLattice = {
  isSubtype: (typename, condition) =>
    typename === condition || (condition === 'Media' && ['Book', 'Film'].includes(typename)),
  possibleTypes: () => [],
};

const field = (name: string, selections?: readonly unknown[]) =>
  ({ kind: 'Field', name, ...(selections === undefined ? {} : { selections }) }) as never;
const on = (typeCondition: string, ...selections: unknown[]) =>
  ({ kind: 'InlineFragment', typeCondition, selections }) as never;

const write = (selections: readonly never[], object: Record<string, unknown>, rewrites = []) =>
  new RepresentationWriter(selections, lattice, rewrites).write(object);

test('writes the fields of the fragments that fit the type, once each', () => {
  const selections = [
    on('Book', field('__typename'), field('id')),
    on('Media', field('id'), field('title')),
    on('Film', field('minutes')),
  ];

  expect(write(selections, { __typename: 'Book', id: 'b"1', title: null, more: 1 })).toBe(
    '{"__typename":"Book","id":"b\\"1","title":null}',
  );
});

test('writes nothing for a type that is not asked for', () => {
  expect(write([on('Book', field('id'))], { __typename: 'Place', id: '1' })).toBeNull();
});

test('writes nothing where a required field is missing, also deep inside', () => {
  const selections = [on('Book', field('id'), field('shape', [field('width')]))];

  expect(write(selections, { __typename: 'Book', id: '1' })).toBeNull();
  expect(write(selections, { __typename: 'Book', id: '1', shape: {} })).toBeNull();
  expect(write(selections, { __typename: 'Book', id: '1', shape: null })).toBe(
    '{"id":"1","shape":null}',
  );
});

test('writes lists of objects and lists of scalars', () => {
  const selections = [on('Book', field('tags'), field('parts', [field('n')]))];

  expect(
    write(selections, { __typename: 'Book', tags: ['a', 2, true], parts: [{ n: 1, x: 0 }, null] }),
  ).toBe('{"tags":["a",2,true],"parts":[{"n":1},null]}');
});

test('replaces the type name where an input rewrite says so, and only there', () => {
  const rewrite = {
    kind: 'ValueSetter',
    path: ['... on Media', '__typename'],
    setValueTo: 'Media',
  } as never;
  const selections = [on('Media', field('__typename'), field('id'))];

  expect(write(selections, { __typename: 'Film', id: 'f' }, [rewrite] as never)).toBe(
    '{"__typename":"Media","id":"f"}',
  );
});
