import { LRUCache } from 'lru-cache';
import { Admission } from './admission.ts';
import type { Keeping } from './answer-lifetime.ts';
import type { CachedOperation } from './cached-operation.ts';
import type { ChangedEntities } from './changed-entities.ts';
import { type AskedEntities, toTagKey } from './collect-cache-tags.ts';

/** An answer that is kept. Times are epoch milliseconds. */
export interface KeptAnswer<Value> extends Keeping {
  readonly value: Value;
  readonly keptAtMs: number;
}

/**
 * What is to be forgotten of a product: everything, what holds data of a type, what may hold some
 * entities of a type, or what has a cache tag.
 */
export type Forgetting =
  | {
      readonly product: string;
      /** Null for every type. */
      readonly type: string | null;
    }
  | { readonly product: string; readonly type: string; readonly entities: ChangedEntities }
  | { readonly product: string; readonly tag: string };

/** What decides for how long an answer has a place. */
export interface AnswerFacts {
  /** Of memory, by an estimate. */
  readonly bytes: number;
  /** Cache tags of what is in it, as `toTagKey` writes them. */
  readonly tags: ReadonlySet<string>;
  /** Entities that products were asked for by their keys; absent where that is not known, or too much. */
  readonly asked?: readonly AskedEntities[] | undefined;
}

/** An answer in the making. What is forgotten meanwhile must not come back with it. */
export interface Filling {
  readonly operation: CachedOperation;
  /** Whether something it may hold was forgotten since it was begun. */
  isSpoilt: boolean;
}

interface Stored<Value> extends Pick<AnswerFacts, 'tags' | 'asked'> {
  readonly kept: KeptAnswer<Value>;
  readonly operation: CachedOperation;
  /** What it takes of the memory, by an estimate. */
  readonly size: number;
}

/** How much is kept that may hold data of one type of a product. */
export interface AnswerUsage {
  readonly product: string;
  readonly type: string;
  readonly bytes: number;
  readonly answers: number;
}

/** No answer may take more than this part of the store, so that one cannot push out all others. */
const LARGEST_SHARE = 8;

/** What an entry takes besides its answer and its key, in bytes, roughly. */
const ENTRY_BYTES = 600;

/** What a tag takes besides its text. */
const TAG_BYTES = 150;

/**
 * Kept answers, bounded by bytes; the least recently used goes first. What is new to a full store is
 * kept when it comes again. Reads no clock.
 */
export class AnswerStore<Value> {
  readonly #entries: LRUCache<string, Stored<Value>>;
  readonly #capacityBytes: number;
  readonly #admission = new Admission();
  /** Operations with kept answers, by product. */
  readonly #byProduct = new Map<string, Set<CachedOperation>>();
  /** Operations with kept answers, by digest. */
  readonly #byDigest = new Map<string, CachedOperation>();
  /** Keys of kept answers, by cache tag. */
  readonly #byTag = new Map<string, Set<string>>();
  readonly #fillings = new Set<Filling>();

  /**
   * @param capacityBytes Of answers and keys, by an estimate; more than zero.
   * @param onEvicted Told of each answer that had to make room.
   */
  constructor(capacityBytes: number, onEvicted: () => void) {
    this.#capacityBytes = capacityBytes;
    this.#entries = new LRUCache<string, Stored<Value>>({
      maxSize: capacityBytes,
      maxEntrySize: Math.ceil(capacityBytes / LARGEST_SHARE),
      dispose: (stored, key, reason) => {
        this.#removeKey(stored, key);
        if (reason === 'evict') onEvicted();
      },
    });
  }

  /** Bytes taken, by the same estimate. */
  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get answers(): number {
    return this.#entries.size;
  }

  /** Of each operation with kept answers, for each product and type that these may hold data of. */
  *usage(): Iterable<AnswerUsage> {
    for (const [product, operations] of this.#byProduct) {
      for (const operation of operations) {
        const { bytes, keys } = operation;
        for (const type of operation.typesOf(product)) {
          yield { product, type, bytes, answers: keys.size };
        }
      }
    }
  }

  find(key: string): KeptAnswer<Value> | undefined {
    return this.#entries.get(key)?.kept;
  }

  /** Whether just this answer is still kept. */
  holds(key: string, kept: KeptAnswer<Value>): boolean {
    return this.#entries.peek(key)?.kept === kept;
  }

  /** The operation of this digest that kept answers belong to. */
  operation(digest: string): CachedOperation | undefined {
    return this.#byDigest.get(digest);
  }

  /** Notes that an answer is being made; `end` must follow. */
  begin(operation: CachedOperation): Filling {
    const filling = { operation, isSpoilt: false };
    this.#fillings.add(filling);
    return filling;
  }

  end(filling: Filling): void {
    this.#fillings.delete(filling);
  }

  keep(
    operation: CachedOperation,
    key: string,
    kept: KeptAnswer<Value>,
    { bytes, tags, asked }: AnswerFacts,
  ): void {
    let size = ENTRY_BYTES + 2 * key.length + bytes;
    for (const tag of tags) size += TAG_BYTES + tag.length;
    if (!this.#admits(key, size)) return;
    // Set over an old value, a new one that is too large would leave its key behind.
    this.drop(key);
    operation.keys.add(key);
    operation.bytes += size;
    this.#byDigest.set(operation.digest, operation);
    for (const product of operation.products) findSet(this.#byProduct, product).add(operation);
    for (const tag of tags) findSet(this.#byTag, tag).add(key);
    const stored = { kept, operation, tags, asked, size };
    this.#entries.set(key, stored, { size });
    if (!this.#entries.has(key)) this.#removeKey(stored, key);
  }

  #admits(key: string, size: number): boolean {
    const isFull = this.#entries.calculatedSize + size > this.#capacityBytes;
    return !isFull || this.#entries.has(key) || this.#admission.comesAgain(key);
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  /** @returns How many answers were forgotten, a count. */
  forget(what: Forgetting): number {
    const { product } = what;
    // Which tags an answer in the making will have is known when it is made.
    const type = 'tag' in what ? null : what.type;
    for (const filling of this.#fillings) {
      if (filling.operation.asks(product, type)) filling.isSpoilt = true;
    }
    const keys =
      'tag' in what
        ? [...(this.#byTag.get(toTagKey(product, what.tag)) ?? [])]
        : [...(this.#byProduct.get(product) ?? [])]
            .filter((operation) => operation.asks(product, type))
            .flatMap((operation) => this.#keysOf(operation, what));
    for (const key of keys) this.#entries.delete(key);
    return keys.length;
  }

  /** Those of its answers that may hold what is to be forgotten. */
  #keysOf(operation: CachedOperation, what: Forgetting): readonly string[] {
    const keys = [...operation.keys];
    if (!('entities' in what) || !operation.asksByKey(what.product, what.type)) return keys;
    return keys.filter((key) => {
      const asked = this.#entries.peek(key)?.asked;
      return asked === undefined || mayHold(asked, what);
    });
  }

  forgetAll(): number {
    for (const filling of this.#fillings) filling.isSpoilt = true;
    const count = this.#entries.size;
    this.#entries.clear();
    return count;
  }

  #removeKey({ operation, tags, size }: Stored<Value>, key: string): void {
    for (const tag of tags) removeFrom(this.#byTag, tag, key);
    operation.keys.delete(key);
    operation.bytes -= size;
    if (operation.keys.size > 0) return;
    this.#byDigest.delete(operation.digest);
    for (const product of operation.products) removeFrom(this.#byProduct, product, operation);
  }
}

function mayHold(
  asked: readonly AskedEntities[],
  { product, entities }: { readonly product: string; readonly entities: ChangedEntities },
): boolean {
  return asked.some(
    (one) =>
      one.product === product && one.representations.some((text) => entities.mayInclude(text)),
  );
}

function findSet<Item>(sets: Map<string, Set<Item>>, name: string): Set<Item> {
  let set = sets.get(name);
  if (set === undefined) {
    set = new Set();
    sets.set(name, set);
  }
  return set;
}

function removeFrom<Item>(sets: Map<string, Set<Item>>, name: string, item: Item): void {
  const set = sets.get(name);
  set?.delete(item);
  if (set?.size === 0) sets.delete(name);
}
