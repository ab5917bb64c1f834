/**
 * Decisions drawn from one number, always the same for the same number.
 *
 * Zero always draws the first, plainest choice: fast-check shrinks numbers towards
 * zero, and with them what was drawn.
 */
export class Draw {
  #state: number;
  readonly #plain: boolean;

  constructor(seed: number) {
    this.#plain = seed === 0;
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    if (this.#plain || bound <= 1) return 0;
    // Mulberry32, in the public domain.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  /** True once in `times`; never when plain. */
  once(times: number): boolean {
    return this.below(times) === times - 1;
  }

  oneOf<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }
}
