import { expect, test } from 'vitest';

import { checkRowClaims } from '../../../../../gateway/wiring/process/check-row-claims.ts';

const product = (name: string, ...claims: readonly string[]) => ({
  name,
  rowRules: claims.map((claim) => ({
    table: `of_${claim}`,
    comparisons: [{ column: 'a', operator: 'in', claim }] as const,
    for: 'select' as const,
  })),
});

test('takes products whose claims are all passed on, and products without rules', () => {
  expect(() =>
    checkRowClaims([product('orders', 'regions'), product('products')], ['regions', 'desk']),
  ).not.toThrow();
});

test('names claims that are not passed on, and who needs them', () => {
  const check = () =>
    checkRowClaims([product('orders', 'regions', 'desk'), product('stock', 'site')], ['regions']);

  expect(check).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message:
        'ROW_CLAIMS: expected every claim that row rules look at, but there is regions, and not desk (rowRules of orders), site (rowRules of stock). Name them as well; without them nobody sees the rows.',
    }),
  );
});
