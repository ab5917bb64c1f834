import {
  isAbstractType,
  isObjectType,
  possibleRuntimeTypes,
  type Schema,
} from '@apollo/federation-internals';

/** Which object types belong to which type, answered by name in constant time. */
export interface TypeLattice {
  /**
   * Tells whether an object whose `__typename` is `typename` satisfies a condition on `condition`.
   * A typename that the supergraph does not know satisfies nothing but itself. The name of an
   * interface counts as itself and its super-types: an `@interfaceObject` is known by that name.
   */
  isSubtype(typename: string, condition: string): boolean;
  /** Names of the object types that a type can stand for: itself for an object type. */
  possibleTypes(type: string): readonly string[];
}

/** Reads the sub-type relations off a schema. */
export function buildTypeLattice(schema: Schema): TypeLattice {
  const members = new Map<string, ReadonlySet<string>>();
  const possible = new Map<string, readonly string[]>();
  for (const type of schema.types()) {
    if (isObjectType(type)) {
      possible.set(type.name, [type.name]);
    } else if (isAbstractType(type)) {
      const objects = possibleRuntimeTypes(type).map((object) => object.name);
      possible.set(type.name, objects);
      const below = new Set([type.name, ...objects]);
      if (type.kind === 'InterfaceType') {
        for (const sub of type.allImplementations()) below.add(sub.name);
      }
      members.set(type.name, below);
    }
  }
  return {
    isSubtype: (typename, condition) =>
      typename === condition || members.get(condition)?.has(typename) === true,
    possibleTypes: (type) => possible.get(type) ?? [],
  };
}
