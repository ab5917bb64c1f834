/**
 * Where a contract and the SDL of the same product disagree on what one can ask by.
 *
 * A column says in `graphqlInputs` by which arguments, input fields and enum values one looks up,
 * filters, sorts or groups by it. Where the column is classified, these carry the mark of its class.
 * An input that has the name of a classified column and is not declared is found by that name.
 *
 * @module
 */
import type { DirectiveNode } from 'graphql';
import { MARKS, markOf } from './classification-mark.ts';
import { type ContractColumn, graphqlFieldsOf, graphqlInputsOf } from './contract-table.ts';
import type { Contract } from './data-contract.ts';
import type { DescriptorProblem } from './descriptor-problem.ts';
import { directivesNamed, namedTypeOf, type SdlIndex, stringArgument } from './sdl-index.ts';

interface MarkedColumn {
  readonly path: string;
  readonly column: ContractColumn;
  /** Null where it is not classified. */
  readonly mark: string | null;
  /** Of its field in the graph; absent where it has none. */
  readonly fieldName: string | undefined;
}

/** Finds inputs that are declared and missing, that lack a mark, or that have one for no reason. */
export function findInputDrift(contract: Contract, sdl: SdlIndex): readonly DescriptorProblem[] {
  const columns = contract.schema.flatMap((table) =>
    table.properties.map((column): MarkedColumn => {
      const [fields] = graphqlFieldsOf(table, column);
      const path = `${table.name}.${column.name}`;
      return { path, column, mark: markOf(column), fieldName: fields?.at(-1) };
    }),
  );
  const inputs = readInputs(sdl);
  const declared = new Set(
    columns.flatMap(({ column, mark }) => graphqlInputsOf(column).map((at) => `${mark} ${at}`)),
  );
  return [
    ...columns.flatMap((column) => checkDeclared(column, inputs)),
    ...findUndeclared(columns, inputs, sdl),
    ...[...inputs].flatMap(([at, directives]) =>
      marksOf(directives)
        .filter((mark) => !declared.has(`${mark} ${at}`))
        .flatMap((mark) => drift(at, `a column that is ${mark} and names it in graphqlInputs`)),
    ),
  ];
}

function drift(path: string, expected: string): DescriptorProblem[] {
  return [{ path, expected, given: 'none', line: null }];
}

/** Directives of all arguments, input fields and enum values, by coordinate. */
function readInputs(sdl: SdlIndex): ReadonlyMap<string, readonly DirectiveNode[]> {
  return new Map(
    [...sdl.values()].flatMap((type) => [
      ...[...type.choices].map(
        ([name, { directives = [] }]) => [`${type.name}.${name}`, directives] as const,
      ),
      ...[...type.fields.values()].flatMap((field) =>
        (field.arguments ?? []).map(({ name, directives = [] }) => {
          const at = `${type.name}.${field.name.value}(${name.value}:)`;
          return [at, directives] as const;
        }),
      ),
    ]),
  );
}

function marksOf(directives: readonly DirectiveNode[] = []): readonly string[] {
  return directivesNamed(directives, 'tag')
    .map((tag) => stringArgument(tag, 'name') ?? '')
    .filter((name) => MARKS.includes(name));
}

function checkDeclared(
  { path, column, mark }: MarkedColumn,
  inputs: ReadonlyMap<string, readonly DirectiveNode[]>,
): readonly DescriptorProblem[] {
  return graphqlInputsOf(column).flatMap((at) => {
    const directives = inputs.get(at);
    if (directives === undefined) return drift(path, `the input ${at}`);
    return mark === null || marksOf(directives).includes(mark)
      ? []
      : drift(path, `@tag(name: "${mark}") on ${at}`);
  });
}

function findUndeclared(
  columns: readonly MarkedColumn[],
  inputs: ReadonlyMap<string, readonly DirectiveNode[]>,
  sdl: SdlIndex,
): readonly DescriptorProblem[] {
  const writing = typesOfMutations(sdl);
  const open = new Set(
    columns.filter(({ mark }) => mark === null).map(({ fieldName }) => fieldName),
  );
  return columns.flatMap(({ path, column, mark, fieldName }) => {
    // A name that an open column has too says nothing.
    if (mark === null || fieldName === undefined || open.has(fieldName)) return [];
    const known = graphqlInputsOf(column);
    return [...inputs.keys()]
      .filter((at) => isNamedFor(at, fieldName) && !known.includes(at))
      .filter((at) => !writing.has(at.slice(0, at.indexOf('.'))))
      .filter((at) => !columns.some((other) => graphqlInputsOf(other.column).includes(at)))
      .flatMap((at) => drift(path, `${at} among its graphqlInputs`));
  });
}

/** Tells whether an input field or enum value has the name of a field, whatever order it says. */
function isNamedFor(coordinate: string, fieldName: string): boolean {
  const [name = ''] = coordinate.match(/\w+(?=:?\)?$)/) ?? [];
  const constant = fieldName.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return name === fieldName || name.replace(/_(?:ASC|DESC)$/, '') === constant;
}

/** What is written is not what is asked by. */
function typesOfMutations(sdl: SdlIndex): ReadonlySet<string> {
  const found = new Set<string>(['Mutation']);
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const choice of sdl.get(name)?.choices.values() ?? []) {
      if ('type' in choice) add(namedTypeOf(choice.type));
    }
  };
  for (const field of sdl.get('Mutation')?.fields.values() ?? []) {
    for (const argument of field.arguments ?? []) add(namedTypeOf(argument.type));
  }
  return found;
}
