import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInvalidation } from '../../../../gateway/cache/parse-invalidation.ts';

test('subgraphs, types, entities and cache tags are read, in their order', () => {
  const body = [
    { kind: 'type', subgraph: 'orders', type: 'Order' },
    { kind: 'subgraph', subgraph: 'stock' },
    { kind: 'entity', subgraph: 'orders', type: 'Order', keys: [{ id: '1' }, { id: '2' }] },
    { kind: 'cache_tag', subgraphs: ['orders', 'stock'], cache_tag: 'order-1' },
  ];

  expect(parseInvalidation(JSON.stringify(body))).toEqual({
    ok: true,
    notices: [
      { product: 'orders', types: ['Order'] },
      { product: 'stock', types: null },
      { product: 'orders', type: 'Order', keys: [{ id: '1' }, { id: '2' }] },
      { product: 'orders', tag: 'order-1' },
      { product: 'stock', tag: 'order-1' },
    ],
  });
});

test.each<[string, string]>([
  ['no JSON', 'Expected a list in JSON, given something that is no JSON.'],
  ['{}', 'Expected a list in JSON, given another value.'],
  [JSON.stringify(Array(1001).fill({})), 'Expected at most 1000 entries, given 1001.'],
])('%.10s is refused', (text, message) => {
  expect(parseInvalidation(text)).toEqual({ ok: false, message });
});

test.each([
  {},
  null,
  'orders',
  { kind: 'subgraph' },
  { kind: 'subgraph', subgraph: '' },
  { kind: 'type', subgraph: 'orders' },
  { kind: 'type', subgraph: 'orders', type: 7 },
  { kind: 'entity', subgraph: 'orders', type: 'Order' },
  { kind: 'entity', subgraph: 'orders', type: 'Order', keys: [] },
  { kind: 'entity', subgraph: 'orders', type: 'Order', keys: ['1'] },
  { kind: 'entity', subgraph: 'orders', keys: [{ id: '1' }] },
  { kind: 'entity', subgraph: 'orders', type: 'Order', keys: Array(201).fill({ id: '1' }) },
  { kind: 'cache_tag', subgraph: 'orders', cache_tag: 'a' },
  { kind: 'cache_tag', subgraphs: ['orders'] },
  { kind: 'cache_tag', subgraphs: ['orders', 7], cache_tag: 'a' },
])('an entry such as %j is refused, and nothing of the rest is done', (entry) => {
  const outcome = parseInvalidation(JSON.stringify([{ kind: 'subgraph', subgraph: 'a' }, entry]));

  expect(outcome).toMatchObject({ ok: false, message: expect.stringContaining('entry 1') });
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseInvalidation(text)).toHaveProperty('ok');
    }),
  );
});
