import { expect, test } from 'vitest';

import { findUndescribed } from '../../../../shared/contract/find-undescribed.ts';

test('names everything without a description by its coordinate', () => {
  const sdl = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
    directive @cacheControl(maxAge: Int) on OBJECT
    scalar Decimal
    type Query { order(id: ID!): Order }
    extend type Query { orders: [Order!]! }
    interface Node { id: ID! }
    union Thing = Order
    enum Region { WEST }
    input Filter { region: Region }
  `;

  expect(findUndescribed(sdl)).toEqual([
    '@cacheControl',
    '@cacheControl(maxAge:)',
    'Decimal',
    'Query',
    'Query.order',
    'Query.order(id:)',
    'Query.orders',
    'Node',
    'Node.id',
    'Thing',
    'Region',
    'Region.WEST',
    'Filter',
    'Filter.region',
  ]);
});

test('takes an empty description for none', () => {
  expect(findUndescribed('"A type." type A { " " b: Int }')).toEqual(['A.b']);
});

test('is content with a schema that explains itself', () => {
  const sdl = '"Reads." type Query { "An order." order("Its id." id: ID!): Int }';

  expect(findUndescribed(sdl)).toEqual([]);
});
