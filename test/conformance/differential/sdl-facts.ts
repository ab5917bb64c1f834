import {
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';
import { type Row, toSortedJson } from './world.ts';

/** An argument that takes its value from around: the types that set the context, and the selection on them. */
export interface ContextArgument {
  readonly argument: string;
  readonly types: ReadonlySet<string>;
  readonly selection: SelectionSetNode;
}

/** What one subgraph's directives say that its resolvers, or the monolith, must keep to. */
export interface SdlFacts {
  readonly definitions: readonly (TypeDefinitionNode | TypeExtensionNode)[];
  /** By coordinate. */
  readonly requires: ReadonlyMap<string, SelectionSetNode>;
  /** By coordinate. */
  readonly contexts: ReadonlyMap<string, readonly ContextArgument[]>;
  /** Names of types by field sets of their keys. */
  readonly keys: ReadonlyMap<string, readonly SelectionSetNode[]>;
  /** `subgraph Type.field` of what moved away for good. */
  readonly overridden: readonly string[];
}

/** Reads the facts off one subgraph's SDL. */
export function readSdlFacts(sdl: string): SdlFacts {
  const definitions = parse(sdl).definitions.filter(
    (one): one is TypeDefinitionNode | TypeExtensionNode =>
      'name' in one && one.kind !== Kind.DIRECTIVE_DEFINITION && 'kind' in one,
  );
  const contextTypes = new Map<string, Set<string>>();
  const keys = new Map<string, SelectionSetNode[]>();
  for (const type of definitions) {
    const name = type.name.value;
    for (const directive of type.directives ?? []) {
      if (directive.name.value === 'key') {
        keys.set(name, [...(keys.get(name) ?? []), parseFieldSet(textOf(directive, 'fields'))]);
      } else if (directive.name.value === 'context') {
        const context = textOf(directive, 'name');
        contextTypes.set(context, (contextTypes.get(context) ?? new Set()).add(name));
      }
    }
  }
  const requires = new Map<string, SelectionSetNode>();
  const contexts = new Map<string, readonly ContextArgument[]>();
  const overridden: string[] = [];
  for (const [coordinate, field] of fieldsOf(definitions)) {
    for (const directive of field.directives ?? []) {
      if (directive.name.value === 'requires') {
        requires.set(coordinate, parseFieldSet(textOf(directive, 'fields')));
      } else if (directive.name.value === 'override' && directive.arguments?.length === 1) {
        overridden.push(`${textOf(directive, 'from')} ${coordinate}`);
      }
    }
    const fromContext = (field.arguments ?? []).flatMap((argument) => {
      const directive = argument.directives?.find(({ name }) => name.value === 'fromContext');
      if (directive === undefined) return [];
      const [, context = '', selection = ''] =
        /^\s*\$(\w+)([\s\S]*)$/.exec(textOf(directive, 'field')) ?? [];
      return [
        {
          argument: argument.name.value,
          types: contextTypes.get(context) ?? new Set<string>(),
          selection: parseFieldSet(selection.trim().replace(/^\{([\s\S]*)\}$/, '$1')),
        },
      ];
    });
    if (fromContext.length > 0) contexts.set(coordinate, fromContext);
  }
  return { definitions, requires, contexts, keys, overridden };
}

/** Tells by the SDLs of all subgraphs whether an object of one type is also of another. */
export function createIsA(all: readonly SdlFacts[]): (typename: unknown, type: string) => boolean {
  const below = new Map<string, Set<unknown>>();
  const add = (type: string, typename: string) =>
    below.set(type, (below.get(type) ?? new Set()).add(typename));
  for (const definition of all.flatMap(({ definitions }) => definitions)) {
    const name = definition.name.value;
    if ('interfaces' in definition)
      for (const one of definition.interfaces ?? []) add(one.name.value, name);
    if ('types' in definition) for (const one of definition.types ?? []) add(name, one.name.value);
  }
  return (typename, type) => typename === type || below.get(type)?.has(typename) === true;
}

function fieldsOf(
  definitions: SdlFacts['definitions'],
): readonly (readonly [string, FieldDefinitionNode])[] {
  return definitions.flatMap((type) =>
    isObject(type)
      ? (type.fields ?? []).map(
          (field) => [`${type.name.value}.${field.name.value}`, field] as const,
        )
      : [],
  );
}

export function isObject(
  type: TypeDefinitionNode | TypeExtensionNode,
): type is ObjectTypeDefinitionNode | ObjectTypeExtensionNode {
  return type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.OBJECT_TYPE_EXTENSION;
}

function textOf(directive: DirectiveNode, argument: string): string {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}

function parseFieldSet(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no field set: ${text}`);
  return definition.selectionSet;
}

/** Takes a field set out of an object; `read` says how a field is read, `applies` whether a fragment counts. */
export function pickFieldSet<Source>(
  set: SelectionSetNode,
  value: unknown,
  read: (
    source: Source,
    field: Extract<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
  ) => unknown,
  applies: (source: Source, type: string) => boolean,
): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((one) => pickFieldSet(set, one, read, applies));
  const picked: Row = {};
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const below = read(value as Source, selection);
      picked[selection.name.value] =
        selection.selectionSet === undefined
          ? below
          : pickFieldSet(selection.selectionSet, below, read, applies);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition?.name.value;
      if (type === undefined || applies(value as Source, type)) {
        Object.assign(picked, pickFieldSet(selection.selectionSet, value, read, applies));
      }
    }
  }
  return picked;
}

/** Tells whether a representation names a row by one of the keys. */
export function isNamedBy(
  keys: readonly SelectionSetNode[],
  row: Row,
  representation: Row,
): boolean {
  const read = (source: Row, field: { readonly name: { readonly value: string } }) =>
    source[field.name.value];
  return keys.some((key) => {
    const wanted = toSortedJson(pickFieldSet<Row>(key, representation, read, () => true));
    return (
      !wanted.includes('missing') &&
      wanted === toSortedJson(pickFieldSet<Row>(key, row, read, () => true))
    );
  });
}
