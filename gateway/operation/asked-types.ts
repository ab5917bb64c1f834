import type { PlanNode } from '@apollo/query-planner';
import {
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Stands for every type of a product. */
const ANY_TYPE = '*';

/** The root field by which entities are asked for by their keys. */
const ENTITIES = '_entities';

/** Names of the object and abstract types whose data one product is asked for; maybe that of every type. */
export class AskedTypes {
  readonly all = new Set<string>();
  /** Those that are asked for otherwise than by their keys, so that nobody knows which entities come. */
  readonly unkeyed = new Set<string>();

  /** @param type Null for any. */
  include(type: string | null): boolean {
    return type === null || this.all.has(type) || this.all.has(ANY_TYPE);
  }

  /** Whether every entity of a type that may come is one that was asked for by its key. */
  areKeyed(type: string): boolean {
    return !this.unkeyed.has(type) && !this.unkeyed.has(ANY_TYPE);
  }
}

/**
 * Finds of which types a plan asks each product for data: of an abstract one all that it may stand for,
 * the query type where any of its fields is asked for, and `ANY_TYPE` where a field is asked that
 * clients cannot see, so that nothing is left out.
 *
 * @param schema What clients see.
 */
export function findAskedTypes(
  plan: PlanNode | null,
  schema: GraphQLSchema,
): ReadonlyMap<string, AskedTypes> {
  const asked = new Map<string, AskedTypes>();
  for (const { product, operation } of collectFetches(plan)) {
    let types = asked.get(product);
    if (types === undefined) {
      types = new AskedTypes();
      asked.set(product, types);
    }
    new TypeCollection(schema, types).collect(operation);
  }
  return asked;
}

/** The same of the text of one call. */
export function findTypesOf(operation: string, schema: GraphQLSchema): AskedTypes {
  const types = new AskedTypes();
  new TypeCollection(schema, types).collect(operation);
  return types;
}

interface AskedOperation {
  readonly product: string;
  readonly operation: string;
}

function collectFetches(node: PlanNode | null | undefined): readonly AskedOperation[] {
  switch (node?.kind) {
    case undefined:
      return [];
    case 'Fetch':
      return [{ product: node.serviceName, operation: node.operation }];
    case 'Flatten':
      return collectFetches(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(collectFetches);
    case 'Condition':
      return [...collectFetches(node.ifClause), ...collectFetches(node.elseClause)];
    case 'Defer':
      return [node.primary, ...node.deferred].flatMap((part) => collectFetches(part.node));
  }
}

/** Where a selection stands: at an entity that is asked for by its key, or elsewhere. */
type Place = 'keyed' | 'unkeyed';

class TypeCollection {
  readonly #schema: GraphQLSchema;
  readonly #types: AskedTypes;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, types: AskedTypes) {
    this.#schema = schema;
    this.#types = types;
  }

  collect(operation: string): void {
    const { definitions } = parse(operation, { noLocation: true });
    for (const one of definitions) {
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(one.name.value, one);
    }
    for (const one of definitions) {
      if (one.kind !== Kind.OPERATION_DEFINITION) continue;
      const root = this.#schema.getRootType(one.operation) ?? undefined;
      if (one.selectionSet.selections.some((selection) => !isOfEntities(selection))) {
        this.#add(root?.name ?? ANY_TYPE, 'unkeyed');
      }
      this.#walk(one.selectionSet, root, 'unkeyed');
    }
  }

  #add(type: string, place: Place): void {
    this.#types.all.add(type);
    if (place === 'unkeyed' || type === ANY_TYPE) this.#types.unkeyed.add(type);
  }

  /** @param type Undefined where clients do not see the type. */
  #walk({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined, place: Place): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment === undefined) this.#add(ANY_TYPE, place);
        else this.#enter(fragment.selectionSet, fragment.typeCondition.name.value, place);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        if (condition === undefined) this.#walk(selection.selectionSet, type, place);
        else this.#enter(selection.selectionSet, condition, place);
      } else if (selection.selectionSet !== undefined) {
        this.#walkField(selection.name.value, selection.selectionSet, type);
      } else if (selection.name.value !== '__typename' && !hasField(type, selection.name.value)) {
        this.#add(ANY_TYPE, place);
      }
    }
  }

  #walkField(name: string, selections: SelectionSetNode, type: GraphQLNamedType | undefined): void {
    // Entities are asked for by fragments, which name their types.
    if (name === ENTITIES) this.#walk(selections, undefined, 'keyed');
    else if (isObjectType(type) || isInterfaceType(type)) {
      const field = type.getFields()[name];
      if (field === undefined) this.#add(ANY_TYPE, 'unkeyed');
      else this.#enter(selections, getNamedType(field.type).name, 'unkeyed');
    } else this.#add(ANY_TYPE, 'unkeyed');
  }

  #enter(selections: SelectionSetNode, typeName: string, place: Place): void {
    const type = this.#schema.getType(typeName);
    if (isCompositeType(type)) {
      this.#add(typeName, place);
      if (isAbstractType(type)) {
        for (const possible of this.#schema.getPossibleTypes(type)) this.#add(possible.name, place);
      }
    } else this.#add(ANY_TYPE, place);
    this.#walk(selections, type, place);
  }
}

function isOfEntities(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value === ENTITIES;
}

function hasField(type: GraphQLNamedType | undefined, name: string): boolean {
  return (isObjectType(type) || isInterfaceType(type)) && type.getFields()[name] !== undefined;
}
