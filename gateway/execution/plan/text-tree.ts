import type { JsonObject } from '../json.ts';

/** What is remembered under the values of some fields. */
export interface TextNode {
  text: string | null;
  below: Map<unknown, TextNode> | null;
}

/** A field whose value is part of what a text was written from. */
export interface TextField {
  readonly key: string;
  /** Not null where the text is the same whatever the value is. */
  readonly constant: string | null;
}

/** Weight of one tree; the keys of entities repeat, and a run of new ones starts over. */
const TREE_WEIGHT = 10_000;

/** Weight of all trees of the process; a weight of one was measured to take 250 bytes, so 50 MB. */
const SHARED_WEIGHT = 200_000;

/** A value weighs one, and one more for each such number of characters. */
const CHARACTERS_PER_WEIGHT = 128;

/**
 * Remembers texts by the values that they were written from, one level for each
 * field. Looking a text up costs less than writing it, and equal representations
 * become one string, which maps recognise without comparing it.
 *
 * Each compiled operation has several trees, and a process has many operations, so
 * all trees share a bound: the one that exceeds it makes all of them start over.
 */
export class TextTree {
  static readonly #filled = new Set<TextTree>();
  static #sharedWeight = 0;
  #root: TextNode = { text: null, below: null };
  #weight = 0;

  /** What all trees of this process weigh. */
  static get sharedWeight(): number {
    return TextTree.#sharedWeight;
  }

  /** @returns Null where a value is missing or is no primitive, so that it cannot be looked up. */
  find(fields: readonly TextField[], object: JsonObject): TextNode | null {
    if (this.#weight > TREE_WEIGHT) this.#empty();
    let node = this.#root;
    for (const { constant, key } of fields) {
      if (constant !== null) continue;
      const value = object[key];
      if (value === undefined || (typeof value === 'object' && value !== null)) return null;
      node.below ??= new Map();
      let next = node.below.get(value);
      if (next === undefined) {
        next = { text: null, below: null };
        node.below.set(value, next);
        this.#grow(value);
      }
      node = next;
    }
    return node;
  }

  #grow(value: unknown): void {
    const characters = typeof value === 'string' ? value.length : 0;
    const weight = 1 + Math.floor(characters / CHARACTERS_PER_WEIGHT);
    if (this.#weight === 0) TextTree.#filled.add(this);
    this.#weight += weight;
    TextTree.#sharedWeight += weight;
    if (TextTree.#sharedWeight <= SHARED_WEIGHT) return;
    for (const tree of TextTree.#filled) tree.#empty();
  }

  #empty(): void {
    TextTree.#filled.delete(this);
    TextTree.#sharedWeight -= this.#weight;
    this.#root = { text: null, below: null };
    this.#weight = 0;
  }
}
