import {
  isAbstractType,
  isObjectType,
  possibleRuntimeTypes,
  type Schema,
} from '@apollo/federation-internals';
import type { TypeRelations } from './type-lattice.ts';

/** Reads the sub-type relations off a schema. */
export function readTypeRelations(schema: Schema): TypeRelations {
  const possible = new Map<string, readonly string[]>();
  const below = new Map<string, ReadonlySet<string>>();
  for (const type of schema.types()) {
    if (isObjectType(type)) {
      possible.set(type.name, [type.name]);
    } else if (isAbstractType(type)) {
      const objects = possibleRuntimeTypes(type).map((object) => object.name);
      possible.set(type.name, objects);
      const members = new Set([type.name, ...objects]);
      if (type.kind === 'InterfaceType') {
        for (const sub of type.allImplementations()) members.add(sub.name);
      }
      below.set(type.name, members);
    }
  }
  return { possible, below };
}
