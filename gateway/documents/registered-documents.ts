import { LRUCache } from 'lru-cache';

interface RegisteredDocument {
  readonly text: string;
  readonly owner: string;
  readonly bytes: number;
}

interface Share {
  bytes: number;
  /** The oldest first. */
  readonly hashes: Set<string>;
}

/** Documents in one process, whatever their bytes. */
const MOST_DOCUMENTS = 10_000;
/** Part of all bytes that one owner may take. */
const LARGEST_SHARE = 8;
/** Longer documents are no product of a build, and hold up what carries them. */
const LONGEST_TEXT = 128 * 1024;
/** What an entry takes besides its text, an estimate. */
const ENTRY_BYTES = 512;

/**
 * The documents that clients have registered with this process, bounded by an estimate of their bytes.
 *
 * The least recently used goes first, so what is in use stays. An owner that takes more than its
 * share of an eighth pushes out its own oldest only: nobody alone can push out everybody.
 */
export class RegisteredDocuments {
  readonly #documents: LRUCache<string, RegisteredDocument>;
  readonly #shares = new Map<string, Share>();
  readonly #shareBytes: number;

  /**
   * @param capacityBytes At least 1024.
   * @param evicted Told about each document that had to make room.
   */
  constructor(capacityBytes: number, evicted: () => void) {
    this.#shareBytes = Math.floor(capacityBytes / LARGEST_SHARE);
    this.#documents = new LRUCache({
      max: MOST_DOCUMENTS,
      maxSize: capacityBytes,
      dispose: (document, hash, reason) => {
        this.#release(document, hash);
        if (reason === 'evict') evicted();
      },
    });
  }

  get bytes(): number {
    return this.#documents.calculatedSize;
  }

  /** A count. */
  get size(): number {
    return this.#documents.size;
  }

  find(hash: string): string | undefined {
    return this.#documents.get(hash)?.text;
  }

  /** @returns Whether it is there now; false for one that is too large. */
  keep(hash: string, text: string, owner: string): boolean {
    if (this.#documents.get(hash) !== undefined) return true;
    const bytes = text.length * 2 + ENTRY_BYTES;
    if (text.length > LONGEST_TEXT || bytes > this.#shareBytes) return false;
    const share = this.#shares.get(owner) ?? { bytes: 0, hashes: new Set() };
    for (const oldest of share.hashes) {
      if (share.bytes + bytes <= this.#shareBytes) break;
      this.#documents.delete(oldest);
    }
    share.bytes += bytes;
    share.hashes.add(hash);
    this.#shares.set(owner, share);
    this.#documents.set(hash, { text, owner, bytes }, { size: bytes });
    return true;
  }

  #release({ owner, bytes }: RegisteredDocument, hash: string): void {
    const share = this.#shares.get(owner);
    if (share === undefined) return;
    share.bytes -= bytes;
    share.hashes.delete(hash);
    if (share.hashes.size === 0) this.#shares.delete(owner);
  }
}
