import type { JsonObject } from '../json.ts';
import type { EntitySlot } from './entity-slot.ts';
import type { Members } from './object-members.ts';
import { NULL, type ProjectionRun, RISING, type Written } from './projection-run.ts';
import { ASKED_LEAF, type Leaf, type Shape } from './shape.ts';

/** Notes each value that is shown at a place, masked or not; what is null shows nothing. */
export class CountedShape implements Shape {
  readonly leaf: Leaf | null;
  readonly #inner: Shape;
  readonly #place: number;

  constructor(inner: Shape, place: number) {
    this.leaf = inner.leaf === null ? null : ASKED_LEAF;
    this.#inner = inner;
    this.#place = place;
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    const written = this.#inner.write(value, run, depth);
    if (typeof written === 'string' && written !== NULL) run.shown.push(this.#place);
    return written;
  }
}

/** Stands behind the members of an object, writes nothing, and notes that the object is shown. */
export class CountedObject implements Members {
  readonly #place: number;

  constructor(place: number) {
    this.#place = place;
  }

  write(_source: JsonObject, run: ProjectionRun): string {
    run.shown.push(this.#place);
    return '';
  }
}

/** The members of an object; where one of its values was shown, it is noted whose that was. */
export class EntityMembers implements Members {
  readonly #members: readonly Members[];
  readonly #slot: EntitySlot;

  constructor(members: readonly Members[], slot: EntitySlot) {
    this.#members = members;
    this.#slot = slot;
  }

  write(source: JsonObject, run: ProjectionRun, depth: number): string | typeof RISING {
    const { length: since } = run.shown;
    let text = '';
    for (const members of this.#members) {
      const written = members.write(source, run, depth);
      if (written === RISING) return RISING;
      text += written;
    }
    if (run.shown.length > since && this.#slot.isCounted) run.noteEntity(this.#slot, source);
    return text;
  }
}
