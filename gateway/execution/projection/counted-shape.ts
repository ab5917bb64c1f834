import type { JsonObject } from '../json.ts';
import type { Members } from './object-members.ts';
import { NULL, type ProjectionRun, type Written } from './projection-run.ts';
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
