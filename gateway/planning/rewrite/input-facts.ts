import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

/** A field of an object type, as far as it is known without its subgraphs. */
export interface KnownField {
  readonly type: TypeNode;
  /** What each subgraph requires for it, by name of the subgraph. */
  readonly requires: ReadonlyMap<string, SelectionSetNode>;
}

/** What a supergraph says of its object types. */
export interface InputFacts {
  /** Absent for anything but an object type. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, KnownField>>;
  /** By `Type` and subgraph: the first key by which the subgraph finds entities of the type. */
  readonly keys: ReadonlyMap<string, ReadonlyMap<string, SelectionSetNode>>;
  /** Name of the root type of queries. */
  readonly queryType: string;
}

/**
 * Reads which fields need inputs, and by which keys they can be asked for.
 *
 * @see https://specs.apollo.dev/join/v0.5/
 */
export function readInputFacts(supergraph: DocumentNode): InputFacts {
  const names = readGraphNames(supergraph);
  const fields = new Map<string, Map<string, KnownField>>();
  const keys = new Map<string, Map<string, SelectionSetNode>>();
  let queryType = 'Query';
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.SCHEMA_DEFINITION) {
      const query = definition.operationTypes.find(({ operation }) => operation === 'query');
      queryType = query?.type.name.value ?? queryType;
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    fields.set(definition.name.value, readFields(definition, names));
    keys.set(definition.name.value, readKeys(definition, names));
  }
  return { fields, keys, queryType };
}

/** Parses a field set, with braces around it or without. */
export function parseFieldSet(text: string): SelectionSetNode {
  const [operation] = parse(`{${text}}`, { noLocation: true }).definitions;
  return (operation as { readonly selectionSet: SelectionSetNode }).selectionSet;
}

function readGraphNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION) continue;
    if (definition.name.value !== 'join__Graph') continue;
    for (const { name, directives = [] } of definition.values ?? []) {
      const graph = directives.find((directive) => directive.name.value === 'join__graph');
      names.set(name.value, (graph && textOf(graph, 'name')) ?? name.value);
    }
  }
  return names;
}

function readFields(
  type: ObjectTypeDefinitionNode,
  names: ReadonlyMap<string, string>,
): Map<string, KnownField> {
  const fields = new Map<string, KnownField>();
  for (const field of type.fields ?? []) {
    const requires = new Map<string, SelectionSetNode>();
    for (const directive of field.directives ?? []) {
      if (directive.name.value !== 'join__field') continue;
      const set = textOf(directive, 'requires');
      const graph = names.get(textOf(directive, 'graph') ?? '');
      if (set !== undefined && graph !== undefined) requires.set(graph, parseFieldSet(set));
    }
    fields.set(field.name.value, { type: field.type, requires });
  }
  return fields;
}

function readKeys(
  type: ObjectTypeDefinitionNode,
  names: ReadonlyMap<string, string>,
): Map<string, SelectionSetNode> {
  const keys = new Map<string, SelectionSetNode>();
  for (const directive of type.directives ?? []) {
    if (directive.name.value !== 'join__type') continue;
    const key = textOf(directive, 'key');
    const graph = names.get(textOf(directive, 'graph') ?? '');
    if (key === undefined || graph === undefined || keys.has(graph)) continue;
    if (textOf(directive, 'resolvable') !== 'false') keys.set(graph, parseFieldSet(key));
  }
  return keys;
}

/** An argument's value as text, whether it is a string, an enum value or a boolean. */
function textOf({ arguments: given = [] }: DirectiveNode, name: string): string | undefined {
  const value = given.find((argument) => argument.name.value === name)?.value;
  return value !== undefined && 'value' in value ? String(value.value) : undefined;
}
