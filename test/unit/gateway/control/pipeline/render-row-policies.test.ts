import { expect, test } from 'vitest';

import { renderRowPolicies } from '../../../../../gateway/control/pipeline/render-row-policies.ts';

test('writes a policy for each table, for reading or for writing too', () => {
  const comparisons = [
    { column: 'region', operator: 'in', claim: 'regions' },
    { column: 'Desk', operator: '=', claim: 'desk' },
  ] as const;

  expect(
    renderRowPolicies('north-sales', [
      { table: 'order', comparisons: comparisons.slice(0, 1), for: 'select' },
      { table: 'return_line', comparisons, for: 'all' },
    ]),
  ).toBe(`ALTER TABLE "north-sales"."order" ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS meshgate_row_rule ON "north-sales"."order";
CREATE POLICY meshgate_row_rule ON "north-sales"."order" FOR SELECT TO "north-sales"
  USING ("region"::text = ANY ((SELECT mesh.claim_values('regions'))::text[]));

ALTER TABLE "north-sales"."return_line" ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS meshgate_row_rule ON "north-sales"."return_line";
CREATE POLICY meshgate_row_rule ON "north-sales"."return_line" FOR ALL TO "north-sales"
  USING ("region"::text = ANY ((SELECT mesh.claim_values('regions'))::text[]) AND "Desk"::text = (SELECT mesh.claim_value('desk')))
  WITH CHECK ("region"::text = ANY ((SELECT mesh.claim_values('regions'))::text[]) AND "Desk"::text = (SELECT mesh.claim_value('desk')));
`);
});

test('quotes what it is given, whatever that is', () => {
  const comparisons = [{ column: 'a"b', operator: 'in', claim: `c'd` }] as const;

  expect(renderRowPolicies('p"q', [{ table: 't"u', comparisons, for: 'select' }])).toContain(
    `ON "p""q"."t""u" FOR SELECT TO "p""q"
  USING ("a""b"::text = ANY ((SELECT mesh.claim_values('c''d'))::text[]));`,
  );
});

test('writes nothing where there are no rules', () => {
  expect(renderRowPolicies('orders', [])).toBe('');
});
