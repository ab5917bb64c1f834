/**
 * The custom property `rowRules` of a product's descriptor: which rows of its tables a caller
 * sees, by the caller's claims.
 *
 * ```yaml
 * - property: rowRules
 *   value:
 *     - { tables: [order, order_line], when: region in claims.regions }
 *     - { tables: [return_line], when: region in claims.regions, for: all }
 * ```
 *
 * @module
 */
import { z } from 'zod';

import type { Parsed } from './descriptor-problem.ts';
import { parseDescriptor } from './parse-descriptor.ts';
import { parseRowCondition, type RowComparison } from './parse-row-condition.ts';

/** The rule of one table. */
export interface RowRule {
  readonly table: string;
  /** All of them have to hold. */
  readonly comparisons: readonly RowComparison[];
  /** `select`: rows are shown; `all`: also written, where the product's role may write at all. */
  readonly for: 'select' | 'all';
}

/** Most entries of the property, and most tables of one entry. */
const MAX_ENTRIES = 64;

const tableName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/i, { error: 'the name of a table, without its schema' });

const condition = z.string({ error: 'a text' }).transform((text, context) => {
  const parsed = parseRowCondition(text);
  if (parsed.ok) return parsed.comparisons;
  context.addIssue({ code: 'custom', message: parsed.expected });
  return z.NEVER;
});

const NO_FIELD = 'no field but tables, when and for';

const declaration = z
  .array(
    z.strictObject({
      tables: z.array(tableName).min(1).max(MAX_ENTRIES),
      when: condition,
      for: z.enum(['select', 'all']).default('select'),
    }),
  )
  .max(MAX_ENTRIES)
  .transform((entries) =>
    entries.flatMap(({ tables, when, for: kind }) =>
      tables.map((table): RowRule => ({ table, comparisons: when, for: kind })),
    ),
  )
  .superRefine((rules, context) => {
    const names = rules.map(({ table }) => table);
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated === undefined) return;
    // PostgreSQL would show the rows of either.
    const message = `one rule for each table (${repeated} has two); conditions are joined by and`;
    context.addIssue({ code: 'custom', message });
  });

/** The rest of the descriptor is read elsewhere; an empty file has no rules. */
const descriptor = z
  .looseObject({ customProperties: z.array(z.unknown()).default([]).transform(findRules) })
  .nullable();

/**
 * Reads the row rules out of the text of a `product.odps.yaml`; none where it has no such property.
 *
 * @returns One rule for each table, in the order of the declaration.
 */
export function parseRowRules(text: string): Parsed<readonly RowRule[]> {
  const parsed = parseDescriptor(descriptor, text, NO_FIELD);
  return parsed.ok ? { ok: true, value: parsed.value?.customProperties ?? [] } : parsed;
}

function findRules(
  properties: readonly unknown[],
  context: z.core.$RefinementCtx,
): readonly RowRule[] {
  const index = properties.findIndex(
    (one) => typeof one === 'object' && one !== null && propertyOf(one, 'property') === 'rowRules',
  );
  if (index === -1) return [];
  const checked = declaration.safeParse(propertyOf(properties[index] as object, 'value'));
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) {
    const path = [index, 'value', ...issue.path];
    context.issues.push({ ...issue, input: undefined, path } as z.core.$ZodRawIssue);
  }
  return [];
}

function propertyOf(mapping: object, key: string): unknown {
  return Object.hasOwn(mapping, key) ? (mapping as Record<string, unknown>)[key] : undefined;
}

/** @returns Names of the claims that the rules look at, each once. */
export function claimsOfRules(rules: readonly RowRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ comparisons }) => comparisons.map(({ claim }) => claim)))];
}
