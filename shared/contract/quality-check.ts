import { z } from 'zod';

import { customProperties, stableId, tags, text } from './standard-parts.ts';

const OPERATORS = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const;

const range = z.tuple([z.number(), z.number()]);

/** What a kind of check cannot do without. */
const NEEDS = {
  library: ['metric'],
  sql: ['query'],
  custom: ['engine', 'implementation'],
  text: ['description'],
} as const;

/**
 * One promise about the data that a machine can test.
 *
 * `mustBeBetween` excludes both ends, as the text of the standard says.
 * In a `sql` query, `{object}` stands for the table and `{property}` for the column.
 */
export const qualityCheck = z
  .strictObject({
    id: stableId,
    name: text.optional(),
    description: text.optional(),
    type: z.enum(['library', 'sql', 'custom', 'text']).default('library'),
    metric: z
      .enum(['nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount'])
      .optional(),
    arguments: z.record(z.string(), z.unknown()).optional(),
    query: text.optional(),
    engine: text.optional(),
    implementation: z.union([text, z.record(z.string(), z.unknown())]).optional(),
    mustBe: z.unknown().optional(),
    mustNotBe: z.unknown().optional(),
    mustBeGreaterThan: z.number().optional(),
    mustBeGreaterOrEqualTo: z.number().optional(),
    mustBeLessThan: z.number().optional(),
    mustBeLessOrEqualTo: z.number().optional(),
    mustBeBetween: range.optional(),
    mustNotBeBetween: range.optional(),
    unit: z.enum(['rows', 'percent']).optional(),
    dimension: z
      .enum([
        'accuracy',
        'completeness',
        'conformity',
        'consistency',
        'coverage',
        'timeliness',
        'uniqueness',
      ])
      .optional(),
    severity: z.enum(['info', 'warning', 'error']).default('error'),
    businessImpact: text.optional(),
    scheduler: text.optional(),
    schedule: text.optional(),
    tags,
    customProperties,
  })
  .superRefine((check, context) => {
    for (const field of NEEDS[check.type]) {
      if (check[field] === undefined) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `a value, because the type is ${check.type}`,
        });
      }
    }
    const operators = OPERATORS.filter((operator) => check[operator] !== undefined);
    const compares = check.type === 'library' || check.type === 'sql';
    if (operators.length !== (compares ? 1 : 0)) {
      context.addIssue({
        code: 'custom',
        path: [],
        message: compares
          ? `exactly one of ${OPERATORS.join(', ')}`
          : `no operator, because the type is ${check.type}`,
      });
    }
  });

export type QualityCheck = z.output<typeof qualityCheck>;
