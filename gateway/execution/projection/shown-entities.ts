import type { JsonObject } from '../json.ts';
import type { EntitySlot } from './entity-slot.ts';

/** The entities of one type: for each of its keys, the numbers of those that were found by it. */
interface OneType {
  readonly byKey: Map<string, number>[];
  /** How many of the keys were used, a count. */
  keysUsed: number;
}

/** The entities whose values with a class one answer shows, numbered as they come. */
export class ShownEntities {
  readonly #types = new Map<string, OneType>();
  readonly #keys: (string | null)[] = [];
  readonly #typeOf: (OneType | null)[] = [];

  /** How many, a count. */
  get length(): number {
    return this.#keys.length;
  }

  /** @returns The number of the entity; of an object that nothing tells apart, always a new one. */
  identify({ typename, readers }: EntitySlot, source: JsonObject): number {
    for (let index = 0; index < readers.length; index += 1) {
      const key = readers[index]?.(source) ?? null;
      if (key === null) continue;
      const type = this.#type(typename);
      const numbers = numbersBy(type, index);
      let known = numbers.get(key);
      if (known === undefined) {
        // Who asks for an entity names it by the first key; by another one it would not be found.
        known = this.#add(index === 0 ? key : null, type);
        numbers.set(key, known);
      }
      return known;
    }
    return this.#add(null, null);
  }

  /** The first key of its type as text; null for an entity that was told apart by another one or none. */
  keyOf(entity: number): string | null {
    return this.#keys[entity] ?? null;
  }

  /** Whether no other number can be that of the same entity: all of its type were told apart by one key. */
  isExact(entity: number): boolean {
    return this.#typeOf[entity]?.keysUsed === 1;
  }

  #type(typename: string): OneType {
    let type = this.#types.get(typename);
    if (type === undefined) {
      type = { byKey: [], keysUsed: 0 };
      this.#types.set(typename, type);
    }
    return type;
  }

  #add(key: string | null, type: OneType | null): number {
    this.#typeOf.push(type);
    return this.#keys.push(key) - 1;
  }
}

function numbersBy(type: OneType, index: number): Map<string, number> {
  let numbers = type.byKey[index];
  if (numbers === undefined) {
    numbers = new Map();
    type.byKey[index] = numbers;
    type.keysUsed += 1;
  }
  return numbers;
}
