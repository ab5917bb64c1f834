import { expect, test } from 'vitest';
import { namesOfLeaves } from '../../../../gateway/supergraph/read-entity-keys.ts';
import { createFederation, type FixtureSubgraph } from '../../../support/federation-fixture.ts';

const keysOf = (...subgraphs: readonly (readonly [name: string, sdl: string])[]) => {
  const fixtures = subgraphs.map(([name, sdl]): FixtureSubgraph => ({ name, sdl, resolvers: {} }));
  return Object.fromEntries(createFederation(fixtures).snapshot.entityKeys);
};

const leaf = (name: string) => ({ name, below: null });

test('the key that most products have comes first, also where none finds anything by it', () => {
  const keys = keysOf(
    ['a', 'type Query { p: P } type P @key(fields: "no") @key(fields: "id") { no: ID! id: ID! }'],
    ['b', 'type P @key(fields: "id", resolvable: false) { id: ID! }'],
  );

  expect(keys).toEqual({ P: [[leaf('id')], [leaf('no')]] });
});

test('a key of several fields is read with what lies below, and types without a key have none', () => {
  const keys = keysOf([
    'a',
    `type Query { p: P } type P @key(fields: "at { room floor { no } } desk") { at: At! desk: Int! }
     type At { room: ID! floor: Floor! } type Floor { no: Int! }`,
  ]);

  const at = [leaf('room'), { name: 'floor', below: [leaf('no')] }];
  expect(keys).toEqual({ P: [[{ name: 'at', below: at }, leaf('desk')]] });
});

test('a type name is no part of a key, and a key in the form of a fragment is none', () => {
  const keys = keysOf([
    'a',
    'type Query { p: P } type P @key(fields: "__typename id") @key(fields: "... on P { no }") { id: ID! no: ID! }',
  ]);

  expect(keys).toEqual({ P: [[leaf('id')]] });
});

test('the fields of all keys are told, in whichever product a key is, but not what has fields of its own', () => {
  const keys = keysOf(
    [
      'goods',
      `type Query { good: Good  item: Item }
       interface Item @key(fields: "id") { id: ID! }
       type Tool implements Item @key(fields: "id") { id: ID! }
       type Good @key(fields: "id") @key(fields: "sku maker { id }") {
         id: ID!  sku: ID!  name: String  maker: Maker @shareable
       }
       type Maker @shareable { id: ID! }`,
    ],
    ['stock', 'type Good @key(fields: "id") @key(fields: "id tenant") { id: ID!  tenant: ID! }'],
  );

  expect(namesOfLeaves(keys.Good ?? []).toSorted()).toEqual(['id', 'sku', 'tenant']);
  expect([keys.Item, keys.Tool]).toEqual([[[leaf('id')]], [[leaf('id')]]]);
});
