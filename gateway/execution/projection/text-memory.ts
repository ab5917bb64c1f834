/**
 * Texts that are used again within one answer.
 *
 * The answer of a mesh is a few entities in many places: nine products under three hundred
 * reviews. What has been written of such a value once need not be written again, and the hard
 * part is to know when. A text may be used in another place when it would come out the same
 * there, letter by letter, and nothing would have been said about that place. Hence three rules:
 *
 * 1. The same shape writes it. A memory belongs to one place of the compiled operation, so the
 *    selection, its aliases and its refusals are the same, and only the data can differ.
 * 2. The data are the same. For a list that is its identity: places that hold the same entity
 *    hold the same list, and nothing is written into the data any more when shapes read them.
 *    Objects are seldom the same, because each answer of a subgraph is parsed on its own, so for
 *    leaves it is their values, all of them compared. A value that is not there counts as equal
 *    to nothing: what becomes of it depends on what is noted on its object.
 * 3. The position was not asked for. Errors carry their path, and whether a null is explained
 *    depends on it, so a run counts each time that either happens (`positionsUsed`). Where the
 *    count has moved while a text was written, the text is not kept: a value with an error below
 *    it is written again in each place, and each place has its error. A list that failed as a
 *    whole is no text and is not kept either.
 *
 * A memory is made for one run and goes with it, so no text reaches another request.
 *
 * With a text goes what was noted of the values in it (`ProjectionRun.shown`), so that a value that
 * is shown in three places counts three times, however often it was written.
 *
 * Remembering costs about as much as writing a small object. It is tried only below a list, where
 * one selection meets many values, and a memory that is asked in vain more often than not stops.
 *
 * @module
 */

/** How many more misses than hits a memory bears. */
const PATIENCE = 32;

const NOTHING: readonly number[] = [];

/** A text, and the values that it was written from where these have to be compared. */
interface Remembered {
  readonly values: readonly unknown[];
  readonly text: string;
  readonly shown: readonly number[];
  isJoined: boolean;
}

/** What one place of a compiled operation has written in one run; see above. */
export class TextMemory {
  readonly #remembered = new Map<unknown, Remembered>();
  #patience = PATIENCE;

  /** Whether values come again often enough to go on. */
  get pays(): boolean {
    return this.#patience > 0;
  }

  /** @returns What is kept under the key, for the caller to compare and to `use`. */
  find(key: unknown): Remembered | undefined {
    return this.#remembered.get(key);
  }

  /** @param shown Takes what was noted while the text was written. */
  use(remembered: Remembered, shown: number[]): string {
    this.#patience += 1;
    for (const place of remembered.shown) shown.push(place);
    if (!remembered.isJoined) {
      // A concatenated string is a tree until one of its characters is looked at. Joined here it
      // is copied as one piece for each place, instead of being walked for each.
      remembered.isJoined = remembered.text.charCodeAt(0) > 0;
    }
    return remembered.text;
  }

  noteMiss(): void {
    this.#patience -= 1;
  }

  /**
   * @param shown Of the run.
   * @param since How many of it were noted before the text was written.
   */
  keep(
    key: unknown,
    values: readonly unknown[],
    text: string,
    shown: readonly number[],
    since: number,
  ): void {
    const own = shown.length === since ? NOTHING : shown.slice(since);
    this.#remembered.set(key, { values, text, shown: own, isJoined: false });
  }
}

/** Numbers the places of one compiled operation that have a memory. */
export class MemorySlots {
  #taken = 0;

  take(): number {
    this.#taken += 1;
    return this.#taken - 1;
  }
}
