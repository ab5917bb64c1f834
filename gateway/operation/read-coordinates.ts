import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { TypeLattice } from '../supergraph/type-lattice.ts';

/** A field as it is read somewhere. */
export interface ReadField {
  readonly name: string;
  readonly parentType: GraphQLCompositeType;
  readonly type: GraphQLOutputType;
  /** Whether fields of what it returns are selected without a fragment. */
  readonly asksDirectly: boolean;
}

/** What fields are looked up in. */
export interface ReadSource {
  readonly schema: GraphQLSchema;
  readonly lattice: TypeLattice;
}

/**
 * Finds the coordinates that reading a field reads: itself, the type that it returns and, on an
 * interface, every implementation with that field of it and what it returns there.
 */
export function findReadCoordinates(
  { name, parentType, type, asksDirectly }: ReadField,
  { schema, lattice }: ReadSource,
): readonly string[] {
  const read = [`${parentType.name}.${name}`];
  if (!isObjectType(parentType)) {
    const implementers = lattice.possibleTypes(parentType.name);
    read.push(...implementers, ...implementers.map((object) => `${object}.${name}`));
    // An implementation may return a narrower type than the interface says.
    read.push(...implementers.flatMap((object) => returnedBy(object, name, schema)));
  }
  const returned = getNamedType(type);
  if (!isCompositeType(returned)) return read;
  read.push(returned.name);
  if (isInterfaceType(returned) && asksDirectly) read.push(...lattice.possibleTypes(returned.name));
  return read;
}

function returnedBy(typeName: string, fieldName: string, schema: GraphQLSchema): readonly string[] {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  return field === undefined ? [] : [getNamedType(field.type).name];
}
