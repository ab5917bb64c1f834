import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
} from 'graphql';
import type { EntityKey } from '../supergraph/read-entity-keys.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import type { Selection } from './selection.ts';

/** Selections with the keys that are asked in them. */
interface Asked {
  readonly selections: readonly Selection[];
  /** Whether something is shown of an object without a key, so that it belongs to the entity around. */
  readonly asksAround: boolean;
}

/**
 * Adds to what is planned the keys of the entities of which something with a class is shown, the first
 * key of each type. What the client is answered stays the same: keys are asked, not selected. A key
 * that clients cannot see is left out, because planning knows what they see only.
 *
 * @param classified Coordinates of the operation that have a class.
 * @returns The same selections where none of them is shown.
 */
export function askForKeys(
  root: GraphQLObjectType,
  selections: readonly Selection[],
  classified: readonly string[],
  snapshot: SupergraphSnapshot,
): readonly Selection[] {
  if (classified.length === 0) return selections;
  return new KeyAsking(snapshot, new Set(classified)).ask(selections, root).selections;
}

/** One selection, and what its object is asked for because of it. */
interface AskedBelow {
  readonly selection: Selection;
  /** Whether something of an object of a type is shown, by the name of the type. */
  readonly shows: (object: string) => boolean;
  /** Whether the entity around that object is asked for its key. */
  readonly asksAround: boolean;
}

class KeyAsking {
  readonly #snapshot: SupergraphSnapshot;
  readonly #classified: ReadonlySet<string>;

  constructor(snapshot: SupergraphSnapshot, classified: ReadonlySet<string>) {
    this.#snapshot = snapshot;
    this.#classified = classified;
  }

  ask(selections: readonly Selection[], type: GraphQLCompositeType): Asked {
    const below = selections.map((selection) => this.#askBelow(selection, type));
    const objects = isAbstractType(type)
      ? this.#snapshot.schema.getPossibleTypes(type)
      : [type as GraphQLObjectType];
    const keys = objects
      .filter(({ name }) => this.#isClassified(name) || below.some(({ shows }) => shows(name)))
      .map((object) => this.#keyOf(object, type));
    return {
      selections: [
        ...below.map(({ selection }) => selection),
        ...keys.filter((key) => key !== null),
      ],
      asksAround: keys.includes(null) || below.some(({ asksAround }) => asksAround),
    };
  }

  #askBelow(selection: Selection, type: GraphQLCompositeType): AskedBelow {
    if (selection.kind === 'fragment') {
      // It is the same object, so its key is asked there.
      const { selections, asksAround } = this.ask(
        selection.selections,
        selection.typeCondition ?? type,
      );
      return { selection: { ...selection, selections }, shows: () => false, asksAround };
    }
    const { name } = selection;
    const isOwn = (object: string) => this.#isClassified(`${object}.${name}`);
    const returned = getNamedType(selection.type);
    if (selection.selections === null || !isCompositeType(returned)) {
      return { selection, shows: isOwn, asksAround: false };
    }
    const { selections, asksAround } = this.ask(selection.selections, returned);
    const shows = (object: string) => asksAround || isOwn(object);
    return { selection: { ...selection, selections }, shows, asksAround: false };
  }

  /** Whether it has a class as what it is, or as a type that it is one of. */
  #isClassified(coordinate: string): boolean {
    if (this.#classified.has(coordinate)) return true;
    const [typename = '', ...field] = coordinate.split('.');
    return [...this.#classified].some((one) => {
      const [type = '', ...name] = one.split('.');
      return name[0] === field[0] && this.#snapshot.lattice.isSubtype(typename, type);
    });
  }

  /** @returns Null where the type has none that may be asked. */
  #keyOf(object: GraphQLObjectType, around: GraphQLCompositeType): Selection | null {
    const [key] = this.#snapshot.entityKeys.get(object.name) ?? [];
    const selections = key === undefined ? null : toSelections(key, object);
    if (selections === null) return null;
    const typeCondition = object.name === around.name ? null : object;
    return { kind: 'fragment', typeCondition, conditions: [], selections };
  }
}

function toSelections(key: EntityKey, type: GraphQLObjectType): readonly Selection[] | null {
  const selections: Selection[] = [];
  for (const { name, below } of key) {
    const field = type.getFields()[name];
    if (field === undefined) return null;
    const returned = getNamedType(field.type);
    const inner = below !== null && isObjectType(returned) ? toSelections(below, returned) : null;
    if (below !== null && inner === null) return null;
    selections.push({
      kind: 'field',
      responseKey: name,
      name,
      node: { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } },
      parentType: type,
      type: field.type,
      conditions: [],
      selections: inner,
    });
  }
  return selections;
}
