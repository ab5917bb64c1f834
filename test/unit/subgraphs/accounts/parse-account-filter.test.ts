import { expect, test } from 'vitest';

import { parseAccountFilter } from '../../../../subgraphs/accounts/parse-account-filter.ts';

test.each([undefined, null, {}, { ids: null, marketSegments: null }])(
  'reads %j as no condition',
  (filter) => {
    expect(parseAccountFilter(filter)).toEqual({ ids: null, marketSegments: null });
  },
);

test('passes on as many as 200 values', () => {
  const ids = Array.from({ length: 200 }, (_, index) => `A-${10_000 + index}`);

  expect(parseAccountFilter({ ids })).toEqual({ ids, marketSegments: null });
});

test.each([
  ['ids', 0],
  ['ids', 201],
  ['marketSegments', 0],
  ['marketSegments', 201],
])('refuses a list %s of %d values and says the bounds', (name, length) => {
  const parse = () => parseAccountFilter({ [name]: Array(length).fill('Consumer') });

  expect(parse).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: `filter.${name} must have 1 to 200 values, not ${length}; leave it out to ask for all.`,
      details: { argument: `filter.${name}`, minimum: 1, maximum: 200 },
    }),
  );
});
