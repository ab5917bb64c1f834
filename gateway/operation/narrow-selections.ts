import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  TypeNameMetaFieldDef,
} from 'graphql';
import { invariant } from '../../shared/lang/invariant.ts';
import type { Selection } from './selection.ts';

/**
 * Takes out what can never apply, and the type conditions that always hold.
 *
 * Validation compares a fragment with the one around it only, so `... on Media { ... on Film }` is
 * valid where only a book can stand. The planner fails on such fragments, and on the name
 * of an interface that the product asked does not know, though it has all its fields. Where
 * variables may exclude all that is asked of an object, it forgets the object; so the type
 * name is asked there too.
 *
 * @param type Of the object that is selected on.
 * @returns Selections that mean the same; maybe none.
 */
export function narrowSelections(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  selections: readonly Selection[],
): readonly Selection[] {
  return new Narrowing(schema).narrow(selections, type, possibleTypes(schema, type));
}

type ObjectTypes = ReadonlySet<GraphQLObjectType>;

function possibleTypes(schema: GraphQLSchema, type: GraphQLCompositeType): ObjectTypes {
  return new Set(isAbstractType(type) ? schema.getPossibleTypes(type) : [type]);
}

function withSomething(
  type: GraphQLCompositeType,
  selections: readonly Selection[],
): readonly Selection[] {
  return selections.some(isCertain) ? selections : [...selections, typeNameOf(type)];
}

/** Tells whether something is asked whatever the variables are. */
function isCertain(selection: Selection): boolean {
  if (selection.conditions.length > 0) return false;
  if (selection.kind === 'field') return true;
  return selection.selections.some(isCertain);
}

function typeNameOf(parentType: GraphQLCompositeType): Selection {
  const { name, type } = TypeNameMetaFieldDef;
  return {
    kind: 'field',
    responseKey: name,
    name,
    node: { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } },
    parentType,
    type,
    conditions: [],
    selections: null,
  };
}

class Narrowing {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** @param possible What the object can be, after all the fragments around it. */
  narrow(
    selections: readonly Selection[],
    type: GraphQLCompositeType,
    possible: ObjectTypes,
  ): readonly Selection[] {
    return selections.flatMap((selection) => {
      const narrowed = this.#narrowOne(selection, type, possible);
      return narrowed === null ? [] : [narrowed];
    });
  }

  #narrowOne(
    selection: Selection,
    type: GraphQLCompositeType,
    possible: ObjectTypes,
  ): Selection | null {
    if (selection.kind === 'field') {
      if (selection.selections === null) return selection;
      const below = getNamedType(selection.type);
      invariant(isCompositeType(below), 'only a composite type has selections below it');
      return {
        ...selection,
        selections: withSomething(
          below,
          narrowSelections(this.#schema, below, selection.selections),
        ),
      };
    }
    const { typeCondition } = selection;
    if (typeCondition === null || this.#alwaysIs(type, typeCondition)) {
      const selections = this.narrow(selection.selections, type, possible);
      return selections.length === 0 ? null : { ...selection, typeCondition: null, selections };
    }
    const allowed = possibleTypes(this.#schema, typeCondition);
    const left = new Set([...possible].filter((one) => allowed.has(one)));
    const selections =
      left.size === 0 ? [] : this.narrow(selection.selections, typeCondition, left);
    return selections.length === 0 ? null : { ...selection, selections };
  }

  #alwaysIs(type: GraphQLCompositeType, condition: GraphQLCompositeType): boolean {
    if (type === condition) return true;
    return (
      isAbstractType(condition) && 'getFields' in type && this.#schema.isSubType(condition, type)
    );
  }
}
