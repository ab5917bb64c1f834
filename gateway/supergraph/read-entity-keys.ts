import { isInterfaceType, isObjectType, type Schema } from '@apollo/federation-internals';
import { Kind, parse, type SelectionSetNode } from 'graphql';

/** The fields of one key, in their order. */
export type EntityKey = readonly KeyField[];

/** One field of a key. */
export interface KeyField {
  readonly name: string;
  /** Null for a leaf. */
  readonly below: EntityKey | null;
}

/**
 * By the name of an object or interface type: its keys, those first that most subgraphs have. Absent for types
 * whose objects nothing tells apart.
 */
export type EntityKeys = ReadonlyMap<string, readonly EntityKey[]>;

const JOIN = 'https://specs.apollo.dev/join';

/**
 * Reads the keys of entities off a supergraph. A key with a type condition is left out, because
 * what it says depends on more than its fields.
 *
 * @see https://specs.apollo.dev/join/v0.5/
 */
export function readEntityKeys(schema: Schema): EntityKeys {
  const join = schema.coreFeatures?.getByIdentity(JOIN);
  const keys = new Map<string, readonly EntityKey[]>();
  if (join === undefined) return keys;
  const directive = join.directiveNameInSchema('type');
  for (const type of schema.types()) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const counts = new Map<string, number>();
    for (const one of type.appliedDirectivesOf(directive)) {
      const { key } = one.arguments() as { readonly key?: string };
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const own = [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([fieldSet]) => toEntityKey(fieldSet))
      .filter((key) => key !== null);
    if (own.length > 0) keys.set(type.name, own);
  }
  return keys;
}

function toEntityKey(fieldSet: string): EntityKey | null {
  const [definition] = parse(`{ ${fieldSet} }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? toFields(definition.selectionSet) : null;
}

function toFields({ selections }: SelectionSetNode): EntityKey | null {
  const fields: KeyField[] = [];
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) return null;
    const below = selection.selectionSet === undefined ? null : toFields(selection.selectionSet);
    if (selection.selectionSet !== undefined && below === null) return null;
    // A type name tells no two objects of a type apart.
    if (selection.name.value !== '__typename') fields.push({ name: selection.name.value, below });
  }
  return fields.length === 0 ? null : fields;
}

/** Names of the fields without fields of their own, in all of these keys. */
export function namesOfLeaves(keys: readonly EntityKey[]): readonly string[] {
  const leaves = keys.flat().filter(({ below }) => below === null);
  return [...new Set(leaves.map(({ name }) => name))];
}
