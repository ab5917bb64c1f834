import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { countCalls } from '../../../../../gateway/wiring/request/count-calls.ts';

const SCHEMA = buildSchema('schema { query: Root } type Root { a: Int }');

test('a call counts for the type of its first entity, or for the query type', () => {
  const good = '{"__typename":"Good","id":"1"}';

  const counted = countCalls(
    [
      { product: 'goods', representation: undefined },
      { product: 'stock', representation: good },
      { product: 'goods', representation: good },
      { product: 'stock', representation: good },
    ],
    SCHEMA,
  );

  expect(counted).toEqual([
    { product: 'goods', type: 'Root', count: 1 },
    { product: 'stock', type: 'Good', count: 2 },
    { product: 'goods', type: 'Good', count: 1 },
  ]);
});
