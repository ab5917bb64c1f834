import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { FindApplied } from './federation-directives.ts';

/** Coordinates such as `Order.id` of the fields that keys are made of. */
export interface KeyFields {
  /** Fields of the type that has the key. */
  readonly own: ReadonlySet<string>;
  /** Fields below those, such as `Order.id` in `@key(fields: "order { id }")` of another type. */
  readonly nested: ReadonlySet<string>;
}

/** Finds what the keys of a subgraph schema are made of. */
export function findKeyFields(schema: GraphQLSchema, findApplied: FindApplied): KeyFields {
  const own = new Set<string>();
  const nested = new Set<string>();

  const collect = (
    { selections }: SelectionSetNode,
    type: GraphQLNamedType,
    found: Set<string>,
  ): void => {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD || !isObjectType(type)) continue;
      const name = selection.name.value;
      const field = type.getFields()[name];
      if (field === undefined) continue;
      found.add(`${type.name}.${name}`);
      if (selection.selectionSet !== undefined) {
        collect(selection.selectionSet, getNamedType(field.type), nested);
      }
    }
  };
  for (const type of objectTypesOf(schema)) {
    for (const { fields } of findApplied(type, 'key')) {
      collect(parseFieldSet(String(fields)), type, own);
    }
  }
  return { own, nested };
}

/** Every object type that a schema declares, those of introspection left out. */
export function objectTypesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const types = Object.values(schema.getTypeMap());
  return types.filter(isObjectType).filter(({ name }) => !name.startsWith('__'));
}

function parseFieldSet(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  return definition !== undefined && 'selectionSet' in definition
    ? definition.selectionSet
    : { kind: Kind.SELECTION_SET, selections: [] };
}
