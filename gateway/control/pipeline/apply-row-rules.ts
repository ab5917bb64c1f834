import { createHash } from 'node:crypto';

import type { RowRule } from '../../../shared/contract/row-rules.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  type Administrator,
  quoteIdentifier,
} from '../../../shared/postgres/open-administrator.ts';
import { toScriptError } from '../database/to-script-error.ts';
import { ROW_POLICY, renderRowPolicies } from './render-row-policies.ts';

/** A product and what its descriptor says of rows. */
export interface DeclaredRowRules {
  readonly product: string;
  readonly rowRules: readonly RowRule[];
}

/** How the row rules of a descriptor stand against the database. */
export type RowRuleState = 'none' | 'applied' | 'pending' | 'changed';

interface TableFacts {
  readonly name: string;
  readonly columns: readonly string[];
  /** Whether the product's role owns it, and so stands above its policies. */
  readonly owned: boolean;
  /** Policies that show rows beside the generated one. */
  readonly others: readonly string[];
}

/** Tables of a product, and what about them decides which rows its role sees. */
const TABLES = `
  SELECT c.relname AS name, pg_get_userbyid(c.relowner) = $1 AS owned,
    ARRAY(SELECT attname::text FROM pg_attribute
          WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
    ARRAY(SELECT polname::text FROM pg_policy
          WHERE polrelid = c.oid AND polpermissive AND polname <> '${ROW_POLICY}'
          ORDER BY polname) AS others
  FROM pg_class AS c WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relkind IN ('r', 'p')`;

/** Every policy of the tables that have a generated one, as PostgreSQL has it. */
const POLICIES = `
  SELECT c.relname AS name, c.relrowsecurity AS enabled, p.polname AS policy, p.polcmd AS command,
    p.polpermissive AS permissive,
    ARRAY(SELECT pg_get_userbyid(role) FROM unnest(p.polroles) AS role)::text[] AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS shown, pg_get_expr(p.polwithcheck, p.polrelid) AS written
  FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
  WHERE c.relnamespace = to_regnamespace(quote_ident($1))
    AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = '${ROW_POLICY}')
  ORDER BY c.relname, p.polname`;

/**
 * Tells whether the row rules that a descriptor declares are the ones that hold: those that were
 * applied last, in the form in which PostgreSQL still has them.
 *
 * @returns `pending` when other rules were declared since; `changed` when somebody changed the
 *   policies in the database.
 */
export async function readRowRuleState(
  administrator: Administrator,
  { product, rowRules }: DeclaredRowRules,
): Promise<RowRuleState> {
  const [applied] = await administrator.query<{ checksum: string; catalogue: string }>(
    'SELECT checksum, catalogue FROM mesh.row_rule WHERE product = $1',
    [product],
  );
  if (applied === undefined) return rowRules.length === 0 ? 'none' : 'pending';
  if (applied.checksum !== digest(renderRowPolicies(product, rowRules))) return 'pending';
  if (applied.catalogue !== (await readCatalogue(administrator, product))) return 'changed';
  return rowRules.length === 0 ? 'none' : 'applied';
}

/**
 * Makes the policies of a product those of its row rules; to be called in a transaction.
 *
 * A table whose rule was taken away keeps row-level security and loses its policy, so that
 * nobody sees its rows until a migration opens it.
 *
 * @throws {MeshgateError} `PIPELINE_FAILED` when a rule names a table or column that is not
 *   there, or would not hold: beside a policy of another hand that shows rows as well, or for a
 *   role that owns the table.
 */
export async function applyRowRules(
  administrator: Administrator,
  { product, rowRules }: DeclaredRowRules,
): Promise<void> {
  const facts = await administrator.query<TableFacts>(TABLES, [product]);
  const tables = new Map(facts.map((table) => [table.name, table]));
  for (const rule of rowRules) assertHolds(product, rule, tables.get(rule.table));

  const before = await administrator.query<{ name: string }>(POLICIES, [product]);
  const outdated = [...new Set(before.map(({ name }) => name))];
  const script = renderRowPolicies(product, rowRules);
  try {
    await administrator.runScript(
      [
        'SET LOCAL client_min_messages = warning;',
        ...outdated.map(
          (name) =>
            `DROP POLICY ${ROW_POLICY} ON ${quoteIdentifier(product)}.${quoteIdentifier(name)};`,
        ),
        script,
      ].join('\n'),
    );
  } catch (error) {
    throw toScriptError(error, `the row rules of ${product}`, '');
  }
  await administrator.query(
    `INSERT INTO mesh.row_rule (product, checksum, catalogue) VALUES ($1, $2, $3)
     ON CONFLICT (product) DO UPDATE SET checksum = excluded.checksum,
       catalogue = excluded.catalogue, applied_at = clock_timestamp()`,
    [product, digest(script), await readCatalogue(administrator, product)],
  );
}

function assertHolds(
  product: string,
  { table, comparisons }: RowRule,
  facts: TableFacts | undefined,
): void {
  if (facts === undefined) {
    throw refuse(product, table, `a table of that name in the schema ${product}`, 'there is none');
  }
  const missing = comparisons.find(({ column }) => !facts.columns.includes(column));
  if (missing !== undefined) {
    const given = `it has ${facts.columns.join(', ')}`;
    throw refuse(product, table, `the column ${missing.column}`, given);
  }
  if (facts.owned) {
    const expected = `a table that the role ${product} does not own`;
    throw refuse(product, table, expected, 'it does, and owners stand above policies');
  }
  if (facts.others.length > 0) {
    const given = `there is ${facts.others.join(', ')}, whose rows would be shown as well; drop it in a migration`;
    throw refuse(product, table, 'no other permissive policy', given);
  }
}

function refuse(product: string, table: string, expected: string, given: string): MeshgateError {
  return new MeshgateError('PIPELINE_FAILED', {
    message: `subgraphs/${product}/product.odps.yaml: rowRules: ${table}: expected ${expected}, but ${given}. Nothing was changed.`,
  });
}

async function readCatalogue(administrator: Administrator, product: string): Promise<string> {
  return digest(JSON.stringify(await administrator.query(POLICIES, [product])));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
