/** Sub-type relations of a schema, as plain data. */
export interface TypeRelations {
  /** By object type and abstract type: the names of the object types that it can stand for. */
  readonly possible: ReadonlyMap<string, readonly string[]>;
  /** By abstract type: its own name and the names of all types below it, interfaces included. */
  readonly below: ReadonlyMap<string, ReadonlySet<string>>;
}

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

export function toTypeLattice({ possible, below }: TypeRelations): TypeLattice {
  return {
    isSubtype: (typename, condition) =>
      typename === condition || below.get(condition)?.has(typename) === true,
    possibleTypes: (type) => possible.get(type) ?? [],
  };
}
