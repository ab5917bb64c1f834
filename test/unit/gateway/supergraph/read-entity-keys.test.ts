import { expect, test } from 'vitest';
import { createFederation } from '../../../support/federation-fixture.ts';

test('the fields of all keys tell entities apart, in whichever product a key is, and those of objects do not', () => {
  const { snapshot } = createFederation([
    {
      name: 'goods',
      sdl: `
        type Query { good: Good  item: Item }
        interface Item @key(fields: "id") { id: ID! }
        type Tool implements Item @key(fields: "id") { id: ID! }
        type Good @key(fields: "id") @key(fields: "sku maker { id }") {
          id: ID!  sku: ID!  name: String  maker: Maker @shareable
        }
        type Maker @shareable { id: ID! }
      `,
      resolvers: {},
    },
    {
      name: 'stock',
      sdl: 'type Good @key(fields: "id") @key(fields: "id tenant") { id: ID!  tenant: ID! }',
      resolvers: {},
    },
  ]);

  expect(Object.fromEntries(snapshot.entityKeys)).toEqual({
    Good: ['id', 'sku', 'tenant'],
    Item: ['id'],
    Tool: ['id'],
  });
});
