import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import type { ShownCounts } from '../execution-result.ts';

/**
 * The places of one compiled operation whose values are counted, because something with a class is
 * shown there. A place has a number; a run notes the number of each value that it has written, and
 * what that says of each coordinate is added up once at the end.
 */
export class ShownPlaces {
  /** By the name of a field; types under the empty name. */
  readonly #typesByField = new Map<string, string[]>();
  readonly #lattice: TypeLattice;
  readonly #places: (readonly string[])[] = [];

  /** @param classified Coordinates of an operation; those of fields and types are looked at. */
  constructor(classified: readonly string[], lattice: TypeLattice) {
    this.#lattice = lattice;
    for (const coordinate of classified) {
      const [type = '', field = ''] = coordinate.split('.');
      const types = this.#typesByField.get(field);
      if (types === undefined) this.#typesByField.set(field, [type]);
      else types.push(type);
    }
  }

  /** @returns Null where nothing with a class is shown by the field of an object of that type. */
  ofField(typename: string, name: string): number | null {
    return this.#take(typename, name, (type) => `${type}.${name}`);
  }

  /** The same for an object as such. */
  ofType(typename: string): number | null {
    return this.#take(typename, '', (type) => type);
  }

  /** @param shown Numbers of places, each as often as a value was written there. */
  count(shown: readonly number[]): ShownCounts {
    const ofPlaces = new Array<number>(this.#places.length).fill(0);
    for (const place of shown) ofPlaces[place] = (ofPlaces[place] ?? 0) + 1;
    const counts: Record<string, number> = {};
    ofPlaces.forEach((count, place) => {
      if (count === 0) return;
      for (const coordinate of this.#places[place] ?? []) {
        counts[coordinate] = (counts[coordinate] ?? 0) + count;
      }
    });
    return counts;
  }

  #take(typename: string, name: string, toCoordinate: (type: string) => string): number | null {
    const types = this.#typesByField.get(name);
    if (types === undefined) return null;
    // An object is shown as what it is, and as each type that it is one of.
    const met = types.filter((type) => this.#lattice.isSubtype(typename, type));
    if (met.length === 0) return null;
    return this.#places.push(met.map(toCoordinate)) - 1;
  }
}
