/**
 * Where a contract and the SDL of the same product disagree on who may see what.
 *
 * What the contract classifies as personal or restricted carries `@tag` and
 * `@requiresScopes` or `@policy` in the SDL, and what carries such a tag is classified.
 * Keys are never classified: they travel in joins, caches and logs, and a directive on a
 * key field guards that key in every subgraph. What one can filter, sort or group by is held against
 * the contract too, because who may not read a value may not ask by it either.
 *
 * @module
 */

import { type DirectiveNode, Kind, type ValueNode } from 'graphql';
import { MARKS, markOf, PERSONAL_TAG, RESTRICTED_TAG } from './classification-mark.ts';
import {
  type ContractColumn,
  type ContractTable,
  graphqlAggregatesOf,
  graphqlFieldsOf,
} from './contract-table.ts';
import type { Contract } from './data-contract.ts';
import type { DescriptorProblem } from './descriptor-problem.ts';
import { findInputDrift } from './input-drift.ts';
import {
  directivesNamed,
  type FieldStep,
  keyFieldsOf,
  namedTypeOf,
  type SdlIndex,
  stringArgument,
  walkFields,
} from './sdl-index.ts';
import { findCustomProperty } from './standard-parts.ts';

/** Finds every disagreement between the classes of the contract and the directives of the SDL. */
export function findClassificationDrift(
  contract: Contract,
  sdl: SdlIndex,
): readonly DescriptorProblem[] {
  const surfacings = contract.schema.flatMap((table) =>
    table.properties.flatMap((column) =>
      waysTo(table, column, sdl).map((way) => ({
        path: `${table.name}.${column.name}`,
        column,
        mark: markOf(column),
        way,
      })),
    ),
  );
  const problems = surfacings.flatMap(({ path, column, mark, way }) => [
    ...checkKey(path, column, way),
    ...(mark === null ? [] : checkGuard(path, mark, way, sdl)),
    ...checkScopes(path, column, way, sdl),
  ]);
  const classified = new Set(
    surfacings.flatMap(({ mark, way }) => coordinatesOf(way).map((at) => `${mark} ${at}`)),
  );
  return [
    ...problems,
    ...findUnclassifiedMarks(classified, sdl),
    ...findMarkedKeys(sdl),
    ...findInputDrift(contract, sdl),
  ];
}

/** Walks to wherever the column, or a figure made from it, surfaces; missing fields are not asked here. */
function waysTo(
  table: ContractTable,
  column: ContractColumn,
  sdl: SdlIndex,
): readonly (readonly FieldStep[])[] {
  return [...graphqlFieldsOf(table, column), ...graphqlAggregatesOf(column)].flatMap((fields) => {
    const steps = walkFields(sdl, fields);
    return typeof steps === 'string' ? [] : [steps];
  });
}

function coordinatesOf(way: readonly FieldStep[]): readonly string[] {
  return way.flatMap(({ parent, field }) => [
    parent.name,
    `${parent.name}.${field.name.value}`,
    namedTypeOf(field.type),
  ]);
}

/** Directives of the fields on the way, of the types they stand on and of those they return. */
function directivesOnWay(way: readonly FieldStep[], sdl: SdlIndex): readonly DirectiveNode[] {
  return way.flatMap(({ parent, field }) => [
    ...parent.directives,
    ...(field.directives ?? []),
    ...(sdl.get(namedTypeOf(field.type))?.directives ?? []),
  ]);
}

function drift(path: string, expected: string, given: string): DescriptorProblem[] {
  return [{ path, expected, given, line: null }];
}

function checkKey(path: string, column: ContractColumn, way: readonly FieldStep[]) {
  const last = way.at(-1);
  const isKey =
    column.primaryKey || (last && keyFieldsOf(last.parent).has(last.field.name.value)) === true;
  const mark = markOf(column);
  return isKey && mark !== null
    ? drift(path, 'a key that is public or internal', column.classification)
    : [];
}

function checkGuard(path: string, mark: string, way: readonly FieldStep[], sdl: SdlIndex) {
  const directives = directivesOnWay(way, sdl);
  const tagged = directivesNamed(directives, 'tag').some(
    (tag) => stringArgument(tag, 'name') === mark,
  );
  const guarded = directivesNamed(directives, 'requiresScopes', 'policy').length > 0;
  const at = coordinatesOf(way).at(-2) ?? '';
  return [
    ...(tagged ? [] : drift(path, `@tag(name: "${mark}") on ${at}`, 'none')),
    ...(guarded ? [] : drift(path, `@requiresScopes or @policy on ${at}`, 'none')),
  ];
}

/** Where the contract repeats the scopes in its `policy`, the SDL demands those very scopes. */
function checkScopes(
  path: string,
  column: ContractColumn,
  way: readonly FieldStep[],
  sdl: SdlIndex,
) {
  const policy = findCustomProperty(column.customProperties, 'policy');
  if (typeof policy !== 'object' || policy === null || !('requiresScopes' in policy)) return [];
  const promised = JSON.stringify(policy.requiresScopes);
  const demanded = directivesNamed(directivesOnWay(way, sdl), 'requiresScopes').map((directive) =>
    JSON.stringify(toLists(directive.arguments?.[0]?.value)),
  );
  return demanded.includes(promised)
    ? []
    : drift(path, `@requiresScopes(scopes: ${promised})`, demanded.join(' and ') || 'none');
}

function toLists(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.LIST) return value.values.map(toLists);
  return value?.kind === Kind.STRING ? value.value : null;
}

/**
 * Marks in the SDL that no classified column stands behind, and marks and guards that lack each other.
 *
 * @param classified `<mark> <coordinate>` of all coordinates on the way to classified columns.
 */
function findUnclassifiedMarks(
  classified: ReadonlySet<string>,
  sdl: SdlIndex,
): readonly DescriptorProblem[] {
  return [...sdl.values()].flatMap((type) => {
    const fields = [...type.fields.values()].map((field) => ({
      at: `${type.name}.${field.name.value}`,
      own: field.directives ?? [],
      around: directivesOnWay([{ parent: type, field }], sdl),
      isRoot: type.name === 'Query' || type.name === 'Mutation',
    }));
    const itself = { at: type.name, own: type.directives, around: type.directives, isRoot: true };
    return [itself, ...fields].flatMap(({ at, own, around, isRoot }) => {
      const marks = directivesNamed(own, 'tag')
        .map((tag) => stringArgument(tag, 'name') ?? '')
        .filter((name) => MARKS.includes(name));
      const guarded = directivesNamed(around, 'requiresScopes', 'policy').length > 0;
      const guards = directivesNamed(own, 'requiresScopes', 'policy');
      return [
        ...marks
          .filter((mark) => !classified.has(`${mark} ${at}`))
          .flatMap((mark) => drift(at, `a column behind it that is ${mark}`, 'none')),
        ...(marks.length > 0 && !guarded ? drift(at, '@requiresScopes or @policy', 'none') : []),
        // A root field or a type may ask for a scope without being about classified data.
        ...(guards.length > 0 && marks.length === 0 && !isRoot
          ? drift(at, `@tag(name: "${PERSONAL_TAG}") or @tag(name: "${RESTRICTED_TAG}")`, 'none')
          : []),
      ];
    });
  });
}

function findMarkedKeys(sdl: SdlIndex): readonly DescriptorProblem[] {
  return [...sdl.values()].flatMap((type) =>
    [...keyFieldsOf(type)].flatMap((name) => {
      const found = directivesNamed(
        type.fields.get(name)?.directives,
        'tag',
        'authenticated',
        'requiresScopes',
        'policy',
      );
      return found.flatMap((directive) =>
        drift(`${type.name}.${name}`, 'a key field without marks', `@${directive.name.value}`),
      );
    }),
  );
}
