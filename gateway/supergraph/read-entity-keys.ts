import { isInterfaceType, isObjectType, type Schema } from '@apollo/federation-internals';
import { Kind, parse } from 'graphql';

/**
 * Names of the fields that tell the entities of a type apart, by type: those of all its keys in all
 * products, without those that have fields of their own.
 */
export type EntityKeys = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the keys of all entities off a supergraph that was checked.
 *
 * @see https://specs.apollo.dev/join/v0.5/#@type
 */
export function readEntityKeys(schema: Schema): EntityKeys {
  const keys = new Map<string, readonly string[]>();
  for (const type of schema.types()) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const names = type.appliedDirectivesOf('join__type').flatMap((directive) => {
      const { key } = directive.arguments() as { readonly key?: unknown };
      return typeof key === 'string' ? namesOfLeaves(key) : [];
    });
    if (names.length > 0) keys.set(type.name, [...new Set(names)]);
  }
  return keys;
}

/** @param fields Such as `id organization { id }`. */
function namesOfLeaves(fields: string): readonly string[] {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((one) =>
    one.kind === Kind.FIELD && one.selectionSet === undefined ? [one.name.value] : [],
  );
}
