import type { EntityKeys } from '../../supergraph/read-entity-keys.ts';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import type { Shown, ShownEntityCount } from '../execution-result.ts';
import { type DataKeysOf, EntitySlot } from './entity-slot.ts';
import type { ProjectionRun } from './projection-run.ts';
import { ShownTally } from './shown-tally.ts';

/**
 * The places of one compiled operation whose values are counted, because something with a class is
 * shown there. A place has a number; a run notes the number of each value that it has written, and
 * behind the values of an entity which one that was. What that says of each coordinate is added up
 * once at the end.
 */
export class ShownPlaces {
  /** By the name of a field; types under the empty name. */
  readonly #typesByField = new Map<string, string[]>();
  readonly #lattice: TypeLattice;
  readonly #entityKeys: EntityKeys;
  readonly #placesOfCoordinates = new Map<string, number[]>();
  readonly #placesOfSlots: number[][] = [];
  /** A count. */
  #places = 0;

  /** @param classified Coordinates of an operation; those of fields and types are looked at. */
  constructor(classified: readonly string[], lattice: TypeLattice, entityKeys: EntityKeys) {
    this.#lattice = lattice;
    this.#entityKeys = entityKeys;
    for (const coordinate of classified) {
      const [type = '', field = ''] = coordinate.split('.');
      const types = this.#typesByField.get(field);
      if (types === undefined) this.#typesByField.set(field, [type]);
      else types.push(type);
    }
  }

  /**
   * Whose the values of an object are: its own where its type has a key, otherwise those of the
   * entity around it.
   *
   * @param around Null where there is none: then each object is taken for an entity.
   * @returns Null where nothing of the operation is counted.
   */
  slotOf(typename: string, around: EntitySlot | null, dataKeysOf: DataKeysOf): EntitySlot | null {
    if (this.#typesByField.size === 0) return null;
    const keys = this.#entityKeys.get(typename) ?? [];
    if (keys.length === 0 && around !== null) return around;
    const number = this.#placesOfSlots.push([]) - 1;
    return new EntitySlot(number, typename, keys, dataKeysOf);
  }

  /** @returns Null where nothing with a class is shown by the field of an object of that type. */
  ofField(typename: string, name: string, slot: EntitySlot | null): number | null {
    return this.#take(typename, name, slot, (type) => `${type}.${name}`);
  }

  /** The same for an object as such. */
  ofType(typename: string, slot: EntitySlot | null): number | null {
    return this.#take(typename, '', slot, (type) => type);
  }

  /**
   * Adds up what a run has shown.
   *
   * @param keysKept How many keys of entities are told of each coordinate at most; 0 tells none.
   */
  count({ shown, entities }: ProjectionRun, keysKept: number): Shown {
    const tally = new ShownTally(this.#places, entities?.length ?? 0);
    const isWaiting = new Array<boolean>(this.#places).fill(false);
    for (let index = 0; index < shown.length; index += 1) {
      const noted = shown[index] as number;
      if (noted >= 0) {
        tally.addValue(noted);
        isWaiting[noted] = true;
        continue;
      }
      // The end of an object: whose the values are that were noted since the one before it.
      index += 1;
      for (const place of this.#placesOfSlots[-1 - noted] as readonly number[]) {
        if (!isWaiting[place]) continue;
        isWaiting[place] = false;
        tally.addEntity(place, shown[index] as number);
      }
    }
    const values: Record<string, number> = {};
    const counts: Record<string, ShownEntityCount> = {};
    for (const [coordinate, places] of this.#placesOfCoordinates) {
      const count = tally.valuesOf(places);
      if (count === 0) continue;
      values[coordinate] = count;
      if (entities !== null) counts[coordinate] = tally.entitiesOf(places, entities, keysKept);
    }
    return { values, entities: counts };
  }

  #take(
    typename: string,
    name: string,
    slot: EntitySlot | null,
    toCoordinate: (type: string) => string,
  ): number | null {
    const types = this.#typesByField.get(name);
    if (types === undefined || slot === null) return null;
    // An object is shown as what it is, and as each type that it is one of.
    const met = types.filter((type) => this.#lattice.isSubtype(typename, type));
    if (met.length === 0) return null;
    slot.isCounted = true;
    const place = this.#places;
    this.#places += 1;
    this.#placesOfSlots[slot.number]?.push(place);
    for (const coordinate of met.map(toCoordinate)) {
      const known = this.#placesOfCoordinates.get(coordinate);
      if (known === undefined) this.#placesOfCoordinates.set(coordinate, [place]);
      else known.push(place);
    }
    return place;
  }
}
