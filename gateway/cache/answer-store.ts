import { LRUCache } from 'lru-cache';
import type { Keeping } from './answer-lifetime.ts';
import type { CachedOperation } from './cached-operation.ts';

/** An answer that is kept. Times are epoch milliseconds. */
export interface KeptAnswer<Value> extends Keeping {
  readonly value: Value;
  readonly keptAtMs: number;
}

/** What is to be forgotten: everything of a product, or what holds data of one of its types. */
export interface Forgetting {
  readonly product: string;
  /** Null for every type. */
  readonly type: string | null;
}

/** An answer in the making. What is forgotten meanwhile must not come back with it. */
export interface Filling {
  readonly operation: CachedOperation;
  /** Whether something it may hold was forgotten since it was begun. */
  isSpoilt: boolean;
}

interface Stored<Value> {
  readonly kept: KeptAnswer<Value>;
  readonly operation: CachedOperation;
}

/** No answer may take more than this part of the store, so that one cannot push out all others. */
const LARGEST_SHARE = 8;

/** What an entry takes besides its answer and its key, in bytes, roughly. */
const ENTRY_BYTES = 600;

/** Kept answers, bounded by bytes; the least recently used goes first. Reads no clock. */
export class AnswerStore<Value> {
  readonly #entries: LRUCache<string, Stored<Value>>;
  /** Operations with kept answers, by product. */
  readonly #byProduct = new Map<string, Set<CachedOperation>>();
  /** Operations with kept answers, by digest. */
  readonly #byDigest = new Map<string, CachedOperation>();
  readonly #fillings = new Set<Filling>();

  /**
   * @param capacityBytes Of answers and keys, by an estimate; more than zero.
   * @param onEvicted Told of each answer that had to make room.
   */
  constructor(capacityBytes: number, onEvicted: () => void) {
    this.#entries = new LRUCache<string, Stored<Value>>({
      maxSize: capacityBytes,
      maxEntrySize: Math.ceil(capacityBytes / LARGEST_SHARE),
      dispose: ({ operation }, key, reason) => {
        if (reason === 'set') return;
        this.#removeKey(operation, key);
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

  /** @param bytes What the answer takes besides its key. */
  keep(operation: CachedOperation, key: string, kept: KeptAnswer<Value>, bytes: number): void {
    // Set over an old value, a new one that is too large would leave its key behind.
    this.drop(key);
    operation.keys.add(key);
    this.#byDigest.set(operation.digest, operation);
    for (const product of operation.products) this.#operationsOf(product).add(operation);
    this.#entries.set(key, { kept, operation }, { size: ENTRY_BYTES + 2 * key.length + bytes });
    if (!this.#entries.has(key)) this.#removeKey(operation, key);
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  /** @returns How many answers were forgotten, a count. */
  forget({ product, type }: Forgetting): number {
    for (const filling of this.#fillings) {
      if (filling.operation.asks(product, type)) filling.isSpoilt = true;
    }
    let count = 0;
    for (const operation of [...(this.#byProduct.get(product) ?? [])]) {
      if (!operation.asks(product, type)) continue;
      count += operation.keys.size;
      for (const key of [...operation.keys]) this.#entries.delete(key);
    }
    return count;
  }

  forgetAll(): number {
    for (const filling of this.#fillings) filling.isSpoilt = true;
    const count = this.#entries.size;
    this.#entries.clear();
    return count;
  }

  #operationsOf(product: string): Set<CachedOperation> {
    let operations = this.#byProduct.get(product);
    if (operations === undefined) {
      operations = new Set();
      this.#byProduct.set(product, operations);
    }
    return operations;
  }

  #removeKey(operation: CachedOperation, key: string): void {
    operation.keys.delete(key);
    if (operation.keys.size > 0) return;
    this.#byDigest.delete(operation.digest);
    for (const product of operation.products) {
      const operations = this.#byProduct.get(product);
      operations?.delete(operation);
      if (operations?.size === 0) this.#byProduct.delete(product);
    }
  }
}
