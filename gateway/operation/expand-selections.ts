import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { invariant } from '../../shared/lang/invariant.ts';
import type { Condition, Selection } from './selection.ts';

/** The selections of a validated operation, or null when there are more than `limit`. */
export function expandSelections(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  limit: number,
): readonly Selection[] | null {
  const rootType = schema.getRootType(operation.operation);
  invariant(rootType, 'a validated operation has a root type');
  return new Expansion(schema, fragments, limit).expand(operation.selectionSet, rootType);
}

/**
 * Named fragments are written out where they are spread, so a short document can
 * stand for a very long one: fragments that spread each other twice double with
 * each level. The count is kept while expanding, and expansion stops at the limit.
 */
class Expansion {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  #left: number;

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    limit: number,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#left = limit;
  }

  expand(set: SelectionSetNode, parentType: GraphQLCompositeType): readonly Selection[] | null {
    const selections: Selection[] = [];
    for (const node of set.selections) {
      this.#left -= 1;
      if (this.#left < 0) return null;
      const conditions = toConditions(node.directives);
      if (conditions === null) continue;
      const selection = this.#expandNode(node, parentType, conditions);
      if (selection === null) return null;
      selections.push(selection);
    }
    return selections;
  }

  #expandNode(
    node: SelectionNode,
    parentType: GraphQLCompositeType,
    conditions: readonly Condition[],
  ): Selection | null {
    if (node.kind === Kind.FIELD) {
      const type = fieldOf(parentType, node.name.value).type;
      const named = getNamedType(type);
      const selections =
        node.selectionSet === undefined
          ? null
          : this.expand(node.selectionSet, named as GraphQLCompositeType);
      if (selections === null && node.selectionSet !== undefined) return null;
      return {
        kind: 'field',
        responseKey: node.alias?.value ?? node.name.value,
        name: node.name.value,
        node,
        parentType,
        type,
        conditions,
        selections,
      };
    }
    const definition =
      node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
    invariant(definition, 'a validated document defines the fragments that it spreads');
    const typeCondition = this.#typeCondition(definition.typeCondition?.name.value);
    const selections = this.expand(definition.selectionSet, typeCondition ?? parentType);
    return selections === null ? null : { kind: 'fragment', typeCondition, conditions, selections };
  }

  #typeCondition(name: string | undefined): GraphQLCompositeType | null {
    if (name === undefined) return null;
    const type = this.#schema.getType(name);
    invariant(isCompositeType(type), 'a validated fragment is on a composite type');
    return type;
  }
}

function fieldOf(parentType: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> {
  if (name === '__typename') return TypeNameMetaFieldDef;
  if (name === '__schema') return SchemaMetaFieldDef;
  if (name === '__type') return TypeMetaFieldDef;
  const field = isUnionType(parentType) ? undefined : parentType.getFields()[name];
  invariant(field, 'a validated field exists');
  return field;
}

/** Null when a literal leaves the selection out for good. */
function toConditions(directives: readonly DirectiveNode[] = []): readonly Condition[] | null {
  const conditions: Condition[] = [];
  for (const directive of directives) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const expected = name === 'include';
    const value = directive.arguments?.[0]?.value;
    if (value?.kind === Kind.VARIABLE) conditions.push({ variable: value.name.value, expected });
    else if (value?.kind === Kind.BOOLEAN && value.value !== expected) return null;
  }
  return conditions;
}
