import {
  type DefinitionNode,
  type DirectiveNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type TypeNode,
} from 'graphql';

/** A type of the SDL; a definition and its extensions are one. */
export interface SdlType {
  readonly name: string;
  readonly kind: 'scalar' | 'object' | 'interface' | 'union' | 'enum' | 'input';
  readonly directives: readonly DirectiveNode[];
  /** Of objects and interfaces; empty for all else. */
  readonly fields: ReadonlyMap<string, FieldDefinitionNode>;
  /** Of inputs their fields, of enums their values, by name; empty for all else. */
  readonly choices: ReadonlyMap<string, InputValueDefinitionNode | EnumValueDefinitionNode>;
}

/** The types of one SDL by name, as written: nothing is validated or composed. */
export type SdlIndex = ReadonlyMap<string, SdlType>;

/** One step of a walk: a field and the type it stands on. */
export interface FieldStep {
  readonly parent: SdlType;
  readonly field: FieldDefinitionNode;
}

const KINDS: Readonly<Record<string, SdlType['kind']>> = {
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalar',
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.OBJECT_TYPE_EXTENSION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
};

/**
 * Indexes SDL by type name.
 *
 * @throws {GraphQLError} When the text is not well-formed; `loadProductFolder` has refused it by then.
 */
export function indexSdl(sdl: string): SdlIndex {
  const index = new Map<string, SdlType>();
  for (const definition of parse(sdl).definitions) {
    const kind = KINDS[definition.kind];
    if (kind === undefined || !('name' in definition) || definition.name === undefined) continue;
    const name = definition.name.value;
    const known = index.get(name);
    index.set(name, {
      name,
      kind,
      directives: [...(known?.directives ?? []), ...(definition.directives ?? [])],
      fields: new Map([...(known?.fields ?? []), ...fieldsOf(definition)]),
      choices: new Map([...(known?.choices ?? []), ...choicesOf(definition)]),
    });
  }
  return index;
}

function fieldsOf(definition: DefinitionNode): readonly (readonly [string, FieldDefinitionNode])[] {
  if (!('fields' in definition)) return [];
  return (definition.fields ?? []).flatMap((field) =>
    field.kind === Kind.FIELD_DEFINITION ? [[field.name.value, field] as const] : [],
  );
}

function choicesOf(
  definition: DefinitionNode,
): readonly (readonly [string, InputValueDefinitionNode | EnumValueDefinitionNode])[] {
  if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
    return (definition.values ?? []).map((value) => [value.name.value, value] as const);
  }
  if (definition.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return [];
  return (definition.fields ?? []).map((field) => [field.name.value, field] as const);
}

/**
 * Walks `Type.field.field` through the types the fields return.
 *
 * @returns The steps, or the first coordinate that does not exist, such as `Order.colour`.
 */
export function walkFields(
  index: SdlIndex,
  [typeName = '', ...fieldNames]: readonly string[],
): readonly FieldStep[] | string {
  const steps: FieldStep[] = [];
  let typeAt = typeName;
  for (const fieldName of fieldNames) {
    const parent = index.get(typeAt);
    const field = parent?.fields.get(fieldName);
    if (parent === undefined || field === undefined) return `${typeAt}.${fieldName}`;
    steps.push({ parent, field });
    typeAt = namedTypeOf(field.type);
  }
  return steps.length > 0 ? steps : typeName;
}

/** Name of a type without its lists and non-nulls. */
export function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

export function isListType(type: TypeNode): boolean {
  if (type.kind === Kind.LIST_TYPE) return true;
  return type.kind === Kind.NON_NULL_TYPE && isListType(type.type);
}

/** Directives of one name, federation's own or renamed by nobody. */
export function directivesNamed(
  directives: readonly DirectiveNode[] | undefined,
  ...names: readonly string[]
): readonly DirectiveNode[] {
  return (directives ?? []).filter((directive) => names.includes(directive.name.value));
}

/** Value of a string argument, or null. */
export function stringArgument(directive: DirectiveNode, name: string): string | null {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}

/** The field sets of the type's `@key` directives that resolve here, each as written. */
export function keysOf(type: SdlType): readonly string[] {
  return directivesNamed(type.directives, 'key').flatMap((key) => {
    const resolvable = key.arguments?.find((argument) => argument.name.value === 'resolvable');
    const resolves = resolvable?.value.kind !== Kind.BOOLEAN || resolvable.value.value;
    const fields = stringArgument(key, 'fields');
    return resolves && fields !== null ? [fields.trim().replace(/\s+/g, ' ')] : [];
  });
}

/** Names of the fields that any `@key` of the type mentions at its top, resolvable or not. */
export function keyFieldsOf(type: SdlType): ReadonlySet<string> {
  const fieldSets = directivesNamed(type.directives, 'key').map(
    (key) => stringArgument(key, 'fields') ?? '',
  );
  return new Set(
    fieldSets
      .join(' ')
      .replace(/\{[^}]*\}/g, ' ')
      .split(/\s+/)
      .filter((name) => name !== ''),
  );
}
