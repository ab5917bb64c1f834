import { LRUCache } from 'lru-cache';
import type { Rights } from '../policy/requirement.ts';
import { estimateOperationBytes, estimateTextBytes } from './estimate-bytes.ts';
import type { ParsedOperation } from './parse-operation.ts';

/** One operation with what was prepared of it. */
export interface RememberedOperation<Accepted> {
  readonly text: string;
  readonly operationName: string | null;
  readonly parsed: ParsedOperation;
  readonly byShape: Map<string, RememberedShape<Accepted>>;
  readonly bytes: number;
}

/** What was prepared of an operation for one authorization shape. */
export interface RememberedShape<Accepted> {
  readonly outcome: Accepted;
  /** Of the caller who came first. */
  readonly rights: Rights;
  /** Requests that it has answered. */
  uses: number;
}

/** An operation as somebody has asked for it. */
export interface OperationInUse {
  readonly text: string;
  readonly operationName: string | null;
  readonly rights: Rights;
}

/** How full the memory is. */
export interface MemoryUse {
  /** Authorized and planned operations, a count. */
  readonly operations: number;
  readonly bytes: number;
}

/** Authorization shapes remembered for one operation; a mesh has few roles, an attacker many. */
const SHAPES_KEPT = 32;

/** Part of the bytes that is for rejections. */
const REJECTED_SHARE = 8;

/** No entry may take more than this part of its store. */
const LARGEST_SHARE = 4;

/**
 * What preparation remembers, bounded by an estimate of its bytes; the least recently used goes first.
 *
 * Rejections have their own, smaller store, so that junk cannot push out good plans.
 */
export class OperationMemory<Accepted, Rejected extends object> {
  readonly #accepted: LRUCache<string, RememberedOperation<Accepted>>;
  readonly #rejected: LRUCache<string, Rejected>;
  #operations = 0;

  /**
   * @param capacityBytes For both stores; rejections get one eighth of it.
   * @param now Milliseconds from any start; for rejections that do not last.
   * @param evicted Told about each operation that had to make room.
   */
  constructor(capacityBytes: number, now: () => number, evicted: () => void) {
    const rejectedBytes = Math.max(1, Math.floor(capacityBytes / REJECTED_SHARE));
    const acceptedBytes = Math.max(1, capacityBytes - rejectedBytes);
    this.#accepted = new LRUCache<string, RememberedOperation<Accepted>>({
      maxSize: acceptedBytes,
      maxEntrySize: Math.max(1, Math.floor(acceptedBytes / LARGEST_SHARE)),
      dispose: ({ byShape }, _key, reason) => {
        this.#operations -= byShape.size;
        if (reason === 'evict') evicted();
      },
      noDisposeOnSet: true,
    });
    this.#rejected = new LRUCache<string, Rejected>({
      maxSize: rejectedBytes,
      perf: { now },
      ttlResolution: 0,
    });
  }

  get use(): MemoryUse {
    const bytes = this.#accepted.calculatedSize + this.#rejected.calculatedSize;
    return { operations: this.#operations, bytes };
  }

  accepted(key: string): RememberedOperation<Accepted> | undefined {
    return this.#accepted.get(key);
  }

  rejected(key: string): Rejected | undefined {
    return this.#rejected.get(key);
  }

  accept(key: string, operation: RememberedOperation<Accepted>): void {
    this.#accepted.set(key, operation, { size: operation.bytes });
  }

  /** @param keptMs Milliseconds until it is forgotten; 0 keeps it. */
  reject(key: string, outcome: Rejected, keptMs: number): void {
    const size = estimateTextBytes(key) + estimateTextBytes(JSON.stringify(outcome));
    this.#rejected.set(key, outcome, { size, ttl: keptMs });
  }

  /** @param bytes What the prepared operation takes, besides what is parsed already. */
  addShape(key: string, shape: string, added: RememberedShape<Accepted>, bytes: number): void {
    const operation = this.#accepted.peek(key);
    // It had to make room while it was planned.
    if (operation === undefined) return;
    const [oldest] = operation.byShape.keys();
    if (operation.byShape.size >= SHAPES_KEPT && oldest !== undefined) {
      operation.byShape.delete(oldest);
      this.#operations -= 1;
    }
    operation.byShape.set(shape, added);
    this.#operations += 1;
    // The store looks at the size of a value that is another one only.
    const grown = { ...operation, bytes: operation.bytes + bytes };
    this.#accepted.set(key, grown, { size: grown.bytes });
  }

  /** The operations of one supergraph that were asked for most often, at most `limit`. */
  inUse(keyStart: string, limit: number): readonly OperationInUse[] {
    const found: { readonly operation: OperationInUse; readonly uses: number }[] = [];
    for (const [key, { text, operationName, byShape }] of this.#accepted.entries()) {
      if (!key.startsWith(keyStart)) continue;
      for (const { rights, uses } of byShape.values()) {
        found.push({ operation: { text, operationName, rights }, uses });
      }
    }
    // Entries come latest first, and sorting keeps that order among equals.
    found.sort((one, other) => other.uses - one.uses);
    return found.slice(0, limit).map(({ operation }) => operation);
  }

  /** Forgets everything of one supergraph. */
  forget(keyStart: string): void {
    for (const store of [this.#accepted, this.#rejected]) {
      for (const key of [...store.keys()]) if (key.startsWith(keyStart)) store.delete(key);
    }
  }
}

/** Makes the entry of an operation that was parsed. */
export function toRememberedOperation<Accepted>(
  text: string,
  operationName: string | null,
  parsed: ParsedOperation,
): RememberedOperation<Accepted> {
  const bytes = estimateOperationBytes(text, parsed.selections);
  return { text, operationName, parsed, byShape: new Map(), bytes };
}
