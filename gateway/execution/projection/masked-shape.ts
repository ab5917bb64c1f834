import type { MaskValue } from '../../policy/mask.ts';
import type { ProjectionRun, Written } from './projection-run.ts';
import { ASKED_LEAF, type Shape } from './shape.ts';

/** A scalar of which the caller sees what a mask leaves: the value itself is written nowhere. */
export class MaskedShape implements Shape {
  /** No value of it stands for itself. */
  readonly leaf = ASKED_LEAF;
  readonly #scalar: Shape;
  readonly #mask: MaskValue;

  /** @param scalar Writes what is left. */
  constructor(scalar: Shape, mask: MaskValue) {
    this.#scalar = scalar;
    this.#mask = mask;
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    if (value === null || value === undefined) return this.#scalar.write(value, run, depth);
    const masked = this.#mask(value);
    return masked === undefined ? run.reportInvalid(depth) : this.#scalar.write(masked, run, depth);
  }
}
