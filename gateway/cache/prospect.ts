/** Looks in which nothing is found, until only some requests are looked for, a count. */
export const PATIENCE = 1000;

/** One of so many is looked for then. */
export const SAMPLED = 32;

/**
 * Says whether it is worth looking for what is kept. Where every request is for something else, only a
 * few are looked for, and kept, until one is found: so a crowd that comes once costs next to nothing.
 */
export class Prospect {
  /** Since something was found last, a count. */
  #fruitless = 0;

  /** Asked once for each look. */
  isWorthLooking(): boolean {
    this.#fruitless += 1;
    return this.#fruitless <= PATIENCE || this.#fruitless % SAMPLED === 0;
  }

  noteFound(): void {
    this.#fruitless = 0;
  }
}
