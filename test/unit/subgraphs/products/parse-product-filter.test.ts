import { expect, test } from 'vitest';

import { parseProductFilter } from '../../../../subgraphs/products/parse-product-filter.ts';

const none = { ids: null, categories: null, subCategories: null, nameContains: null };

test.each([undefined, null, {}, { ids: null, nameContains: null }])(
  'reads %j as no condition',
  (filter) => {
    expect(parseProductFilter(filter)).toEqual(none);
  },
);

test('passes on what is within bounds', () => {
  const filter = { subCategories: ['Chairs', 'Tables'], nameContains: 'x'.repeat(100) };

  expect(parseProductFilter(filter)).toEqual({ ...none, ...filter });
});

test.each([
  ['ids', [], 200, 'values'],
  ['categories', Array(201).fill('furniture'), 200, 'values'],
  ['subCategories', [], 200, 'values'],
  ['nameContains', '', 100, 'characters'],
  ['nameContains', 'x'.repeat(101), 100, 'characters'],
])('refuses %s out of bounds and says the bounds', (name, value, maximum, unit) => {
  const parse = () => parseProductFilter({ [name]: value });

  expect(parse).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: `filter.${name} must have 1 to ${maximum} ${unit}, not ${value.length}; leave it out to ask for all.`,
    }),
  );
});
