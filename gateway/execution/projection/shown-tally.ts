import type { ShownEntityCount } from '../execution-result.ts';
import type { ShownEntities } from './shown-entities.ts';

/** Adds up what one answer shows, place by place. */
export class ShownTally {
  readonly #values: number[];
  /** By place, then by entity: 1 where it was shown. */
  readonly #shown: Uint8Array[] = [];
  readonly #entities: number;

  /** @param entities How many there are in all. */
  constructor(places: number, entities: number) {
    this.#values = new Array<number>(places).fill(0);
    this.#entities = entities;
  }

  addValue(place: number): void {
    this.#values[place] = (this.#values[place] ?? 0) + 1;
  }

  addEntity(place: number, entity: number): void {
    let shown = this.#shown[place];
    if (shown === undefined) {
      shown = new Uint8Array(this.#entities);
      this.#shown[place] = shown;
    }
    shown[entity] = 1;
  }

  valuesOf(places: readonly number[]): number {
    return places.reduce((sum, place) => sum + (this.#values[place] ?? 0), 0);
  }

  /** @param keysKept How many keys are told at most; 0 tells none. */
  entitiesOf(
    places: readonly number[],
    entities: ShownEntities,
    keysKept: number,
  ): ShownEntityCount {
    const shown = places.map((place) => this.#shown[place]).filter((one) => one !== undefined);
    const keys: string[] = [];
    let count = 0;
    let exact = true;
    for (let entity = 0; entity < this.#entities; entity += 1) {
      if (!shown.some((one) => one[entity] === 1)) continue;
      count += 1;
      exact &&= entities.isExact(entity);
      const key = keys.length < keysKept ? entities.keyOf(entity) : null;
      if (key !== null) keys.push(key);
    }
    if (keysKept === 0) return { count, exact };
    return keys.length === count ? { count, exact, keys } : { count, exact, keys, more: true };
  }
}
