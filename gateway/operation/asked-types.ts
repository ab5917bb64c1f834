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
  type SelectionSetNode,
} from 'graphql';

/** Stands for every type of a product. */
export const ANY_TYPE = '*';

/** Names of the object and abstract types whose data a plan asks for, by product; maybe `ANY_TYPE`. */
export type AskedTypes = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds of which types a plan asks for data: of an abstract one all that it may stand for, and
 * `ANY_TYPE` where a field is asked that clients cannot see, so that nothing is left out.
 *
 * @param schema What clients see.
 */
export function findAskedTypes(plan: PlanNode | null, schema: GraphQLSchema): AskedTypes {
  const asked = new Map<string, Set<string>>();
  for (const { product, operation } of collectFetches(plan)) {
    let types = asked.get(product);
    if (types === undefined) {
      types = new Set();
      asked.set(product, types);
    }
    new TypeCollection(schema, types).collect(operation);
  }
  return asked;
}

/** The same of the text of one call. */
export function findTypesOf(operation: string, schema: GraphQLSchema): ReadonlySet<string> {
  const types = new Set<string>();
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

class TypeCollection {
  readonly #schema: GraphQLSchema;
  readonly #types: Set<string>;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, types: Set<string>) {
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
      this.#walk(one.selectionSet, this.#schema.getRootType(one.operation) ?? undefined);
    }
  }

  /** @param type Undefined where clients do not see the type. */
  #walk({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment === undefined) this.#types.add(ANY_TYPE);
        else this.#enter(fragment.selectionSet, fragment.typeCondition.name.value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        if (condition === undefined) this.#walk(selection.selectionSet, type);
        else this.#enter(selection.selectionSet, condition);
      } else if (selection.selectionSet !== undefined) {
        this.#walkField(selection.name.value, selection.selectionSet, type);
      } else if (selection.name.value !== '__typename' && !hasField(type, selection.name.value)) {
        this.#types.add(ANY_TYPE);
      }
    }
  }

  #walkField(name: string, selections: SelectionSetNode, type: GraphQLNamedType | undefined): void {
    // Entities are asked for by fragments, which name their types.
    if (name === '_entities') this.#walk(selections, undefined);
    else if (isObjectType(type) || isInterfaceType(type)) {
      const field = type.getFields()[name];
      if (field === undefined) this.#types.add(ANY_TYPE);
      else this.#enter(selections, getNamedType(field.type).name);
    } else this.#types.add(ANY_TYPE);
  }

  #enter(selections: SelectionSetNode, typeName: string): void {
    const type = this.#schema.getType(typeName);
    if (isCompositeType(type)) {
      this.#types.add(typeName);
      if (isAbstractType(type)) {
        for (const possible of this.#schema.getPossibleTypes(type)) this.#types.add(possible.name);
      }
    } else this.#types.add(ANY_TYPE);
    this.#walk(selections, type);
  }
}

function hasField(type: GraphQLNamedType | undefined, name: string): boolean {
  return (isObjectType(type) || isInterfaceType(type)) && type.getFields()[name] !== undefined;
}
