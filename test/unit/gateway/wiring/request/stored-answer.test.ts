import { expect, test } from 'vitest';
import {
  fromStoredAnswer,
  toStoredAnswer,
} from '../../../../../gateway/wiring/request/stored-answer.ts';

const TIMES = { freshUntilMs: 2000, staleWhileRevalidateUntilMs: 2000, staleIfErrorUntilMs: 2000 };

function store(): object {
  const stored = toStoredAnswer({
    ...TIMES,
    isShared: true,
    keptAtMs: 1000,
    value: {
      requestId: 'one',
      problems: [],
      subgraphs: new Set(['goods']),
      calls: [{ product: 'goods', type: 'Query', count: 2 }],
      tags: new Set(),
      answer: { status: 200, jsonStatus: 200, body: '{"data":{"a":1}}' },
      keeping: { ...TIMES, isShared: true },
      shown: { values: {}, entities: {} },
      hasData: true,
      hasFailed: false,
      bytes: 100,
    },
  });
  return JSON.parse(JSON.stringify(stored));
}

test('an answer that was stored says which calls it was made of', () => {
  expect(fromStoredAnswer(store(), 1000)).toMatchObject({
    subgraphs: new Set(['goods']),
    calls: [{ product: 'goods', type: 'Query', count: 2 }],
  });
});

test.each<[string, object]>([
  ['of an older gateway', { subgraphs: [['goods', 2]], calls: undefined }],
  ['with calls that are none', { calls: ['goods'] }],
  ['with calls of no product', { calls: [{ type: 'Query', count: 2 }] }],
  ['with less than one call', { calls: [{ product: 'goods', type: 'Query', count: -2 }] }],
])('an answer %s is taken for none', (_, others) => {
  expect(fromStoredAnswer({ ...store(), ...others }, 1000)).toBeNull();
});
