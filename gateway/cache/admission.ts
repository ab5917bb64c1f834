/** Keys that are remembered before the older half of them is forgotten, a count. */
const GENERATION = 4096;

/**
 * Says what a full store takes in: only what it was offered once before, not long ago. So a crowd of
 * requests that come once each pushes out nothing that is used, and costs next to nothing.
 *
 * @see https://arxiv.org/abs/1512.00727 (TinyLFU), section 3.4.2, whose doorkeeper this is alone
 */
export class Admission {
  #young = new Set<string>();
  #old: ReadonlySet<string> = new Set<string>();

  /** Whether a key was offered before; it is remembered now. */
  comesAgain(key: string): boolean {
    if (this.#young.has(key)) return true;
    const isKnown = this.#old.has(key);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
    return isKnown;
  }
}
