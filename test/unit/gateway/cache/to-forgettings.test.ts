import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { Forgetting } from '../../../../gateway/cache/answer-store.ts';
import { toForgettings } from '../../../../gateway/cache/to-forgettings.ts';
import type { ChangeNotice } from '../../../../shared/changes/change-notice.ts';

const leaf = (name: string) => ({ name, below: null });

const SUPERGRAPH = {
  schema: buildSchema(`
    type Query { item: Item good: Good }
    interface Item { id: ID }
    type Good implements Item { id: ID sku: ID }
    type Tool implements Item { id: ID }
  `),
  entityKeys: new Map([
    ['Good', [[leaf('id')], [leaf('sku')]]],
    ['Tool', [[leaf('id')]]],
  ]),
};
const ALL = { product: 'shop', type: null };

test.each<[ChangeNotice, readonly (Forgetting | 'everything')[]]>([
  ['anything', ['everything']],
  [{ product: 'shop', tag: 'a' }, [{ product: 'shop', tag: 'a' }]],
  [{ product: 'shop', types: null }, [ALL]],
  [{ product: 'shop', types: [] }, []],
  [
    { product: 'shop', types: ['Good', 'Query'] },
    [
      { product: 'shop', type: 'Good' },
      { product: 'shop', type: 'Query' },
    ],
  ],
  [
    { product: 'shop', types: ['Item', 'Good'] },
    [
      { product: 'shop', type: 'Item' },
      { product: 'shop', type: 'Good' },
      { product: 'shop', type: 'Tool' },
    ],
  ],
  [{ product: 'shop', types: ['Good', 'Hidden'] }, [ALL]],
  [{ product: 'shop', type: 'Hidden', keys: [{ id: '1' }] }, [ALL]],
])('%j is about %j', (notice, forgettings) => {
  expect(toForgettings(notice, SUPERGRAPH)).toEqual(forgettings);
});

test('entities are told apart by the keys that their type has', () => {
  const notice = { product: 'shop', type: 'Item', keys: [{ sku: 'a' }] };
  const forgettings = toForgettings(notice, SUPERGRAPH);

  expect(
    forgettings.map((one) =>
      one !== 'everything' && 'entities' in one
        ? [one.type, one.entities.mayInclude('{"sku":"b"}')]
        : null,
    ),
  ).toEqual([
    ['Item', true],
    ['Good', false],
    ['Tool', true],
  ]);
});
