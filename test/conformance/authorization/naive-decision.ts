/**
 * A second reading of the authorization rules, written from their text: slow,
 * recursive, straight over the syntax trees.
 *
 * @module
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql';

export interface NaiveCaller {
  readonly known: boolean;
  readonly scopes: readonly string[];
  readonly policies: readonly string[];
}

/** One refusal; `when` are the variables that make it part of the request, as `name=value`. */
export interface NaiveRefusal {
  readonly path: string;
  readonly when: string;
}

/** What is left of an operation, one line for each selection, with dots for its depth. */
export interface NaiveDecision {
  readonly refused: readonly NaiveRefusal[];
  readonly left: readonly string[];
  /** Coordinates of the fields that are left, as they are selected. */
  readonly fields: ReadonlySet<string>;
}

interface ObjectLike {
  readonly kind: 'object' | 'interface';
  readonly directives: readonly ConstDirectiveNode[];
  readonly fields: readonly FieldDefinitionNode[];
  readonly interfaces: readonly string[];
}

/** The schemas of subgraphs, as their authors wrote them; what each says of an element, holds. */
export class NaiveSchema {
  readonly #objects = new Map<string, ObjectLike>();
  readonly #leaves = new Map<string, readonly ConstDirectiveNode[]>();

  constructor(sources: readonly string[]) {
    const definitions = sources.flatMap((sdl) => parse(sdl).definitions);
    for (const definition of definitions) this.#add(definition);
  }

  #add(definition: DefinitionNode): void {
    if (
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    ) {
      const known = this.#objects.get(definition.name.value);
      const interfaces = (definition.interfaces ?? []).map(({ name }) => name.value);
      this.#objects.set(definition.name.value, {
        kind: definition.kind === Kind.OBJECT_TYPE_DEFINITION ? 'object' : 'interface',
        directives: [...(known?.directives ?? []), ...(definition.directives ?? [])],
        fields: [...(known?.fields ?? []), ...(definition.fields ?? [])],
        interfaces: [...(known?.interfaces ?? []), ...interfaces],
      });
    }
    if (
      definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
      definition.kind === Kind.ENUM_TYPE_DEFINITION
    ) {
      const known = this.#leaves.get(definition.name.value) ?? [];
      this.#leaves.set(definition.name.value, [...known, ...(definition.directives ?? [])]);
    }
  }

  /** Objects only: an interface that implements another is no value. */
  implementers(name: string): readonly string[] {
    return [...this.#objects]
      .filter(([, type]) => type.kind === 'object' && type.interfaces.includes(name))
      .map(([type]) => type);
  }

  isInterface(name: string): boolean {
    return this.#objects.get(name)?.kind === 'interface';
  }

  typeOf(parent: string, field: string): TypeNode | null {
    return this.#objects.get(parent)?.fields.find(({ name }) => name.value === field)?.type ?? null;
  }

  /** An interface asks what all its implementers ask, a union nothing. */
  mayUseType(name: string, caller: NaiveCaller): boolean {
    if (this.isInterface(name)) {
      return this.implementers(name).every((type) => this.mayUseType(type, caller));
    }
    const directives = this.#objects.get(name)?.directives ?? this.#leaves.get(name) ?? [];
    return satisfies(directives, caller);
  }

  /** The field's own directives, and those of the type it returns; on an interface, of every implementer. */
  mayUseField(parent: string, field: string, caller: NaiveCaller): boolean {
    const type = this.typeOf(parent, field);
    if (type === null) return true;
    if (!this.mayUseType(namedType(type), caller)) return false;
    if (this.isInterface(parent)) {
      return this.implementers(parent).every((one) => this.mayUseField(one, field, caller));
    }
    const definitions = this.#objects.get(parent)?.fields ?? [];
    return definitions
      .filter(({ name }) => name.value === field)
      .every(({ directives }) => satisfies(directives ?? [], caller));
  }
}

/** Decides one operation for one caller. */
export function decideNaively(
  schema: NaiveSchema,
  document: DocumentNode,
  caller: NaiveCaller,
): NaiveDecision {
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  const fragments = new Map(
    document.definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((one) => [one.name.value, one] as const),
  );
  if (operation === undefined) throw new Error('no operation');
  const root = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[
    operation.operation
  ];
  const visit = new Visit(schema, fragments, caller);
  const left = visit.selections(
    operation.selectionSet,
    root,
    [],
    [],
    schema.mayUseType(root, caller),
  );
  return { refused: visit.refused, left, fields: visit.fields };
}

class Visit {
  readonly refused: NaiveRefusal[] = [];
  readonly fields = new Set<string>();
  readonly #schema: NaiveSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #caller: NaiveCaller;

  constructor(
    schema: NaiveSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    caller: NaiveCaller,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#caller = caller;
  }

  selections(
    set: SelectionSetNode,
    parent: string,
    path: readonly string[],
    when: readonly string[],
    mayUseRoot = true,
  ): readonly string[] {
    return set.selections.flatMap((node) => {
      const own = conditionsOf(node);
      if (own === null) return [];
      const conditions = [...when, ...own];
      return node.kind === Kind.FIELD
        ? this.#field(node, parent, path, conditions, mayUseRoot)
        : this.#fragment(node, parent, path, conditions, mayUseRoot);
    });
  }

  #field(
    node: FieldNode,
    parent: string,
    path: readonly string[],
    when: readonly string[],
    mayUseRoot: boolean,
  ): readonly string[] {
    const name = node.name.value;
    const here = [...path, node.alias?.value ?? name];
    const type = this.#schema.typeOf(parent, name);
    const selectsDirectly = (node.selectionSet?.selections ?? []).some(
      (one) =>
        one.kind === Kind.FIELD && one.name.value !== '__typename' && conditionsOf(one) !== null,
    );
    const returned = type === null ? null : namedType(type);
    const mayUse =
      mayUseRoot &&
      this.#schema.mayUseField(parent, name, this.#caller) &&
      (returned === null ||
        !this.#schema.isInterface(returned) ||
        !selectsDirectly ||
        this.#schema
          .implementers(returned)
          .every((one) => this.#schema.mayUseType(one, this.#caller)));
    if (!mayUse) return this.#refuse(here, when);
    const line = `${'.'.repeat(path.length)}${here.at(-1)}`;
    if (node.selectionSet === undefined || returned === null || type === null) {
      this.fields.add(`${parent}.${name}`);
      return [line];
    }
    const elements = Array<string>(listDepth(type)).fill('@');
    const below = this.selections(node.selectionSet, returned, [...here, ...elements], when);
    if (below.length === 0 && asksForSomething(node.selectionSet)) return [];
    this.fields.add(`${parent}.${name}`);
    return [line, ...below];
  }

  #fragment(
    node: Exclude<SelectionNode, FieldNode>,
    parent: string,
    path: readonly string[],
    when: readonly string[],
    mayUseRoot: boolean,
  ): readonly string[] {
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
    if (fragment === undefined) throw new Error('no such fragment');
    const condition = fragment.typeCondition?.name.value ?? null;
    const here = condition === null ? path : [...path, `... on ${condition}`];
    const mayUse =
      mayUseRoot && (condition === null || this.#schema.mayUseType(condition, this.#caller));
    if (!mayUse) return this.#refuse(here, when);
    const below = this.selections(fragment.selectionSet, condition ?? parent, here, when);
    if (below.length === 0 && asksForSomething(fragment.selectionSet)) return [];
    return [`${'.'.repeat(path.length)}${condition === null ? '...' : here.at(-1)}`, ...below];
  }

  /** A refused list is refused as a whole, so that its elements are not in the path. */
  #refuse(path: readonly string[], when: readonly string[]): readonly string[] {
    this.refused.push({ path: path.join('/').replace(/(\/@)+$/, ''), when: when.join(' ') });
    return [];
  }
}

/** Whether anything is there that is not left out by a literal. */
function asksForSomething(set: SelectionSetNode): boolean {
  return set.selections.some((node) => conditionsOf(node) !== null);
}

/** Variables that a selection depends on, or null when it is left out whatever they are. */
function conditionsOf({ directives = [] }: SelectionNode): readonly string[] | null {
  const found: string[] = [];
  for (const { name, arguments: given = [] } of directives as readonly DirectiveNode[]) {
    const value = given.find((one) => one.name.value === 'if')?.value;
    const wanted = name.value === 'include';
    if (value?.kind === Kind.VARIABLE) found.push(`${value.name.value}=${wanted}`);
    if (value?.kind === Kind.BOOLEAN && value.value !== wanted) return null;
  }
  return found;
}

/** All three directives, each a condition of its own. */
function satisfies(directives: readonly ConstDirectiveNode[], caller: NaiveCaller): boolean {
  return directives.every((directive) => {
    if (directive.name.value === 'authenticated') return caller.known;
    if (directive.name.value === 'requiresScopes') return oneGroup(directive, caller.scopes);
    if (directive.name.value === 'policy') return oneGroup(directive, caller.policies);
    return true;
  });
}

/** An OR of ANDs. No group at all asks for nothing. */
function oneGroup(directive: ConstDirectiveNode, held: readonly string[]): boolean {
  const value = directive.arguments?.[0]?.value;
  const groups = (value === undefined ? [] : valueFromASTUntyped(value)) as string[][];
  return groups.length === 0 || groups.some((group) => group.every((name) => held.includes(name)));
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function listDepth(type: TypeNode): number {
  if (type.kind === Kind.NAMED_TYPE) return 0;
  return listDepth(type.type) + (type.kind === Kind.LIST_TYPE ? 1 : 0);
}
