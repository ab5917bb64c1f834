import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ChangeNotice,
  readChangeNotice,
  writeChangeNotice,
} from '../../../../shared/changes/change-notice.ts';

test.each<ChangeNotice>([
  'anything',
  { product: 'orders', types: null },
  { product: 'orders', types: ['Order', 'OrderLine'] },
  { product: 'orders', tag: 'order-1' },
  { product: 'orders', type: 'Order', keys: [{ id: '1' }, { tenant: 'a', number: 7 }] },
])('%j is read as it was written', (notice) => {
  expect(readChangeNotice(writeChangeNotice(notice))).toEqual(notice);
});

test.each(['', 'null', '[]', '7', '{"types":["Order"]}', '{"product":7}', '{"product":'])(
  'what cannot be read, such as %j, means anything',
  (text) => {
    expect(readChangeNotice(text)).toBe('anything');
  },
);

test('types that cannot be read mean all of them', () => {
  expect(readChangeNotice('{"product":"orders","types":[1]}')).toEqual({
    product: 'orders',
    types: null,
  });
});

test('a notice never says less than was meant, and always fits', () => {
  const types = fc.array(fc.string(), { maxLength: 2000, size: 'max' });
  fc.assert(
    fc.property(types, (names) => {
      const text = writeChangeNotice({ product: 'orders', types: names });
      const notice = readChangeNotice(text);

      expect(Buffer.byteLength(text)).toBeLessThan(8000);
      expect([names, null]).toContainEqual(
        notice !== 'anything' && 'types' in notice ? notice.types : undefined,
      );
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['[]'],
  ['{}'],
  ['["1"]'],
  ['[null]'],
  ['[[]]'],
  [JSON.stringify(Array(201).fill({ id: '1' }))],
])('keys that cannot be read, such as %.10s, mean the type', (keys) => {
  expect(readChangeNotice(`{"product":"orders","type":"Order","keys":${keys}}`)).toEqual({
    product: 'orders',
    types: ['Order'],
  });
});

test('who names types and entities at once means everything', () => {
  const text = '{"product":"orders","types":["A"],"type":"Order","keys":[{"id":"1"}]}';

  expect(readChangeNotice(text)).toEqual({ product: 'orders', types: null });
});

test.each([
  ['200 keys', Array(200).fill({ id: '1' }), 'keys'],
  ['201 keys', Array(201).fill({ id: '1' }), 'types'],
  ['a key of 8,000 bytes', [{ id: 'x'.repeat(8000) }], 'types'],
])('%s fit, or speak of the type', (_, keys, member) => {
  const text = writeChangeNotice({ product: 'orders', type: 'Order', keys });

  expect(Object.keys(JSON.parse(text))).toContain(member);
  expect(readChangeNotice(text)).toHaveProperty(member);
});
