/**
 * Where a contract and the SDL of the same product disagree on shape.
 *
 * Every column that surfaces does so at a field that exists, has a fitting type and is
 * no looser than promised. SDL that is stricter than the contract is fine.
 *
 * @module
 */

import { Kind, print, type TypeNode } from 'graphql';

import {
  type ContractColumn,
  type ContractTable,
  graphqlAggregatesOf,
  graphqlFieldsOf,
  graphqlTypeOf,
  type LogicalType,
} from './contract-table.ts';
import { type Contract, primaryKeyOf } from './data-contract.ts';
import type { DescriptorProblem } from './descriptor-problem.ts';
import {
  directivesNamed,
  type FieldStep,
  isListType,
  keysOf,
  namedTypeOf,
  type SdlIndex,
  walkFields,
} from './sdl-index.ts';

/** GraphQL types that can carry each logical type; a string may also be an enum. */
const FITTING_TYPES: Readonly<Record<LogicalType, readonly string[]>> = {
  string: ['String', 'ID'],
  integer: ['Int', 'ID'],
  number: ['Decimal', 'Float'],
  boolean: ['Boolean'],
  date: ['Date'],
  timestamp: ['DateTime'],
  time: ['Time'],
  array: [],
  object: [],
};

/** Integers that do not fit the 32 bits of `Int`. */
const WIDE_INTEGERS: ReadonlySet<unknown> = new Set(['i64', 'i128', 'u32', 'u64', 'u128']);

/** Finds every column and key of the contract that the SDL does not offer as promised. */
export function findContractDrift(contract: Contract, sdl: SdlIndex): readonly DescriptorProblem[] {
  return contract.schema.flatMap((table) => [
    ...checkTable(table, sdl),
    ...table.properties.flatMap((column) => checkColumn(table, column, sdl)),
  ]);
}

function drift(path: string, expected: string, given: string): DescriptorProblem[] {
  return [{ path, expected, given, line: null }];
}

/** The table's type exists, and where it is an entity, the primary key is one of its keys. */
function checkTable(table: ContractTable, sdl: SdlIndex): readonly DescriptorProblem[] {
  const typeName = graphqlTypeOf(table);
  if (typeName === null) return [];
  const type = sdl.get(typeName);
  if (type?.kind !== 'object') return drift(table.name, `an object type ${typeName}`, 'none');

  const keys = keysOf(type);
  const primaryKey = primaryKeyOf(table)
    .map((column) => keyFieldOf(table, column, typeName))
    .join(' ');
  if (keys.length === 0 || primaryKey === '' || keys.includes(primaryKey)) return [];
  return drift(table.name, `${typeName} @key(fields: "${primaryKey}")`, keys.join(' or '));
}

/** The column as a key's field set writes it: `id`, or `order { id }` for a nested one. */
function keyFieldOf(table: ContractTable, column: ContractColumn, typeName: string): string {
  const fields = graphqlFieldsOf(table, column).find(([type]) => type === typeName);
  const [, ...names] = fields ?? [];
  return names.length === 0
    ? `(${column.name} is not in the graph)`
    : names.reduceRight((inner, name) => (inner === '' ? name : `${name} { ${inner} }`), '');
}

function checkColumn(
  table: ContractTable,
  column: ContractColumn,
  sdl: SdlIndex,
): readonly DescriptorProblem[] {
  const path = `${table.name}.${column.name}`;
  const aggregates = graphqlAggregatesOf(column).map((fields) => walkFields(sdl, fields));
  const missing = aggregates.filter((steps) => typeof steps === 'string');
  const surfaced = graphqlFieldsOf(table, column).flatMap((fields) => {
    const steps = walkFields(sdl, fields);
    if (typeof steps === 'string')
      return drift(path, `the field ${fields.join('.')}`, `no ${steps}`);
    const last = steps.at(-1);
    if (last === undefined) return [];
    return [
      ...checkType(path, { table, column, last }, sdl),
      ...checkNullability(path, column, steps),
    ];
  });
  return [...surfaced, ...missing.flatMap((at) => drift(path, `the figure ${at}`, 'none'))];
}

interface Surfacing {
  readonly table: ContractTable;
  readonly column: ContractColumn;
  readonly last: FieldStep;
}

function checkType(
  path: string,
  { table, column, last }: Surfacing,
  sdl: SdlIndex,
): readonly DescriptorProblem[] {
  const given = print(last.field.type);
  const isList = isListType(last.field.type);
  // Rows of a table that is no type of its own may surface as a list on another type.
  const mayBeList = column.logicalType === 'array' || graphqlTypeOf(table) !== last.parent.name;
  const mustBeList = column.logicalType === 'array';
  if (isList !== mustBeList && !(isList && mayBeList)) {
    return drift(path, mustBeList ? 'a list' : 'no list', given);
  }

  const element = column.items ?? column;
  const named = namedTypeOf(last.field.type);
  const kind = sdl.get(named)?.kind;
  if (element.logicalType === 'object') {
    return kind === 'object' ? [] : drift(path, 'an object type', given);
  }
  const fitting = fittingTypes(element.logicalType, element.logicalTypeOptions?.format);
  const isEnum = element.logicalType === 'string' && kind === 'enum';
  return fitting.includes(named) || isEnum ? [] : drift(path, fitting.join(' or '), given);
}

function fittingTypes(logicalType: LogicalType, format: unknown): readonly string[] {
  if (logicalType === 'integer' && WIDE_INTEGERS.has(format)) return ['BigInt', 'ID'];
  return FITTING_TYPES[logicalType];
}

/**
 * A required column is non-null, except where an authorization directive stands on the
 * way: null then says "not for this caller".
 */
function checkNullability(
  path: string,
  column: ContractColumn,
  steps: readonly FieldStep[],
): readonly DescriptorProblem[] {
  const type = steps.at(-1)?.field.type;
  const guarded = steps.some(
    ({ field }) => directivesNamed(field.directives, 'requiresScopes', 'policy').length > 0,
  );
  if (type === undefined || !column.required || guarded || isStrictlyNonNull(type)) return [];
  return drift(path, 'a non-null type, because the column is required', print(type));
}

function isStrictlyNonNull(type: TypeNode): boolean {
  if (type.kind !== Kind.NON_NULL_TYPE) return false;
  return type.type.kind !== Kind.LIST_TYPE || isStrictlyNonNull(type.type.type);
}
