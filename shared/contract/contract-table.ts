/**
 * The tables and columns of a contract, and how they surface in GraphQL.
 *
 * A table names its object type in the custom property `graphqlType` (default: its name
 * in Pascal case); a column names its field in `graphqlField` as `Type.field` or, through
 * nested types, `Type.field.field` (default: its name in camel case on the table's type).
 * Null in either means "not in the graph". Figures computed from a column, such as sums, are
 * listed in `graphqlAggregates`, so that what is classified stays so when it is added up; input
 * fields, enum values and arguments by which one can ask by it in `graphqlInputs`.
 *
 * @module
 */

import { z } from 'zod';

import { qualityCheck } from './quality-check.ts';
import {
  authoritativeDefinitions,
  customProperties,
  findCustomProperty,
  stableId,
  tags,
  text,
} from './standard-parts.ts';

/**
 * How far a column may travel: `public` to anyone, `internal` to known callers, `restricted`
 * (business secrets) and `personal` (data about a person) to callers with a scope for it.
 */
const CLASSIFICATIONS = ['public', 'internal', 'restricted', 'personal'] as const;

const length = z.int().min(0).optional();
const bounds = <Value extends z.ZodType>(value: Value) => ({
  minimum: value.optional(),
  maximum: value.optional(),
  exclusiveMinimum: value.optional(),
  exclusiveMaximum: value.optional(),
});
const zone = { timezone: z.boolean().optional(), defaultTimezone: text.optional() };
const multipleOf = z.number().positive().optional();

/** The options the standard allows beside each logical type. */
const OPTIONS_OF_TYPE = {
  string: z.strictObject({
    minLength: length,
    maxLength: length,
    pattern: text.optional(),
    format: text.optional(),
  }),
  date: z.strictObject({ ...bounds(text), format: text.optional() }),
  timestamp: z.strictObject({ ...bounds(text), ...zone, format: text.optional() }),
  time: z.strictObject({ ...bounds(text), ...zone, format: text.optional() }),
  integer: z.strictObject({
    ...bounds(z.number()),
    multipleOf,
    format: z
      .enum(['i8', 'i16', 'i32', 'i64', 'i128', 'u8', 'u16', 'u32', 'u64', 'u128'])
      .optional(),
  }),
  number: z.strictObject({
    ...bounds(z.number()),
    multipleOf,
    format: z.enum(['f32', 'f64']).optional(),
  }),
  boolean: z.strictObject({}),
  array: z.strictObject({
    minItems: length,
    maxItems: length,
    uniqueItems: z.boolean().optional(),
  }),
  object: z.strictObject({ minProperties: length, maxProperties: length }),
};

const logicalType = z.enum([
  'string',
  'date',
  'timestamp',
  'time',
  'integer',
  'number',
  'boolean',
  'array',
  'object',
]);
export type LogicalType = z.output<typeof logicalType>;

const reference = z.string().regex(
  // Within the contract `table.column`; across contracts always fully qualified.
  /^([A-Za-z_]\w*\.[A-Za-z_]\w*|[A-Za-z0-9._/-]+\.yaml#\/schema\/[A-Za-z0-9_-]+\/properties\/[A-Za-z0-9_-]+)$/,
  { error: 'table.column, or folder/contract.odcs.yaml#/schema/<id>/properties/<id>' },
);

const relationship = z.strictObject({
  type: z.literal('foreignKey').default('foreignKey'),
  to: z.union([reference, z.array(reference).min(1)]),
  customProperties,
});

const column = z
  .strictObject({
    id: stableId.optional(),
    name: text,
    businessName: text.optional(),
    description: text,
    logicalType,
    logicalTypeOptions: z.record(z.string(), z.unknown()).optional(),
    physicalName: text.optional(),
    physicalType: text.optional(),
    items: z
      .strictObject({
        logicalType,
        physicalType: text.optional(),
        description: text.optional(),
        logicalTypeOptions: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    primaryKey: z.boolean().default(false),
    primaryKeyPosition: z.int().optional(),
    required: z.boolean().default(false),
    unique: z.boolean().default(false),
    classification: z.enum(CLASSIFICATIONS),
    criticalDataElement: z.boolean().default(false),
    encryptedName: text.optional(),
    examples: z.array(z.unknown()).optional(),
    transformSourceObjects: z.array(text).optional(),
    transformLogic: text.optional(),
    transformDescription: text.optional(),
    relationships: z.array(relationship).default([]),
    quality: z.array(qualityCheck).default([]),
    tags,
    authoritativeDefinitions,
    customProperties,
  })
  .superRefine((value, context) => {
    const options = OPTIONS_OF_TYPE[value.logicalType].safeParse(value.logicalTypeOptions ?? {});
    for (const issue of options.error?.issues ?? []) {
      context.addIssue({ ...issue, path: ['logicalTypeOptions', ...issue.path] });
    }
    if ((value.items !== undefined) !== (value.logicalType === 'array')) {
      context.addIssue({
        code: 'custom',
        path: ['items'],
        message: 'a value where the logicalType is array, and only there',
      });
    }
  });

export const contractTable = z.strictObject({
  id: stableId.optional(),
  name: text,
  physicalName: text.optional(),
  physicalType: text.optional(),
  logicalType: z.literal('object').optional(),
  businessName: text.optional(),
  description: text,
  dataGranularityDescription: text.optional(),
  properties: z.array(column).min(1),
  relationships: z
    .array(relationship.extend({ from: z.union([reference, z.array(reference).min(1)]) }))
    .default([]),
  quality: z.array(qualityCheck).default([]),
  tags,
  authoritativeDefinitions,
  customProperties,
});

export type ContractTable = z.output<typeof contractTable>;
export type ContractColumn = z.output<typeof column>;

/** The object type that stands for the table, or null where the table is not in the graph. */
export function graphqlTypeOf(table: ContractTable): string | null {
  const declared = findCustomProperty(table.customProperties, 'graphqlType');
  if (declared === null) return null;
  return typeof declared === 'string' ? declared : toPascalCase(table.name);
}

/**
 * The field at which the column surfaces, as its steps: type name first, then fields.
 *
 * @returns One walk, or none where the column or its table is not in the graph.
 */
export function graphqlFieldsOf(
  table: ContractTable,
  column: ContractColumn,
): readonly (readonly string[])[] {
  const declared = findCustomProperty(column.customProperties, 'graphqlField');
  if (declared === null) return [];
  if (declared !== undefined) return [String(declared).split('.')];
  const type = graphqlTypeOf(table);
  return type === null ? [] : [[type, toCamelCase(column.name)]];
}

/** The fields that show figures computed from the column, each as its steps. */
export function graphqlAggregatesOf(column: ContractColumn): readonly (readonly string[])[] {
  const declared = findCustomProperty(column.customProperties, 'graphqlAggregates');
  return Array.isArray(declared) ? declared.map((field) => String(field).split('.')) : [];
}

/** The arguments, input fields and enum values by which one looks up, filters, sorts or groups by the column. */
export function graphqlInputsOf(column: ContractColumn): readonly string[] {
  const declared = findCustomProperty(column.customProperties, 'graphqlInputs');
  return Array.isArray(declared) ? declared.map(String) : [];
}

function toCamelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function toPascalCase(name: string): string {
  const camel = toCamelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}
