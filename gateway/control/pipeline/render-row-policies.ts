import type { RowComparison } from '../../../shared/contract/parse-row-condition.ts';
import type { RowRule } from '../../../shared/contract/row-rules.ts';
import { quoteIdentifier, quoteLiteral } from '../../../shared/postgres/open-administrator.ts';

/** Name of the policy that is generated for a table; no other policy has it. */
export const ROW_POLICY = 'meshgate_row_rule';

/**
 * Writes the SQL of a product's row rules. The same rules give the same text, and it can run
 * again at any time.
 *
 * A claim that is absent or empty has no values, so no row equals one of them. The sub-select is
 * evaluated once for a statement instead of once for a row.
 *
 * @param product Also the schema of the tables and the role that the policies bind.
 * @returns The empty text when there are no rules.
 */
export function renderRowPolicies(product: string, rules: readonly RowRule[]): string {
  return rules.map((rule) => `${renderPolicy(product, rule)}\n`).join('\n');
}

function renderPolicy(product: string, { table, comparisons, for: kind }: RowRule): string {
  const target = `${quoteIdentifier(product)}.${quoteIdentifier(table)}`;
  const condition = comparisons.map(renderComparison).join(' AND ');
  return [
    `ALTER TABLE ${target} ENABLE ROW LEVEL SECURITY;`,
    `DROP POLICY IF EXISTS ${ROW_POLICY} ON ${target};`,
    `CREATE POLICY ${ROW_POLICY} ON ${target} FOR ${kind.toUpperCase()} TO ${quoteIdentifier(product)}`,
    `  USING (${condition})${kind === 'all' ? `\n  WITH CHECK (${condition})` : ''};`,
  ].join('\n');
}

function renderComparison({ column, operator, claim }: RowComparison): string {
  const left = `${quoteIdentifier(column)}::text`;
  const name = quoteLiteral(claim);
  return operator === 'in'
    ? `${left} = ANY ((SELECT mesh.claim_values(${name}))::text[])`
    : `${left} = (SELECT mesh.claim_value(${name}))`;
}
