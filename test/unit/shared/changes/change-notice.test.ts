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
        notice === 'anything' || 'tag' in notice ? undefined : notice.types,
      );
    }),
    { numRuns: 20 },
  );
});
