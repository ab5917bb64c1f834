import { LRUCache } from 'lru-cache';
import { digestDocument } from './canonical-document.ts';
import { type ListedOperation, toListKey } from './parse-manifest.ts';

/** Characters of texts whose look-up is remembered. */
const REMEMBERED_LENGTH = 2 * 1024 * 1024;

/** What stands for "not in the list" among what is remembered. */
const UNLISTED = 'unlisted';

/** The operations that operators have put on the list; never changes. */
export class OperationList {
  readonly operations: readonly ListedOperation[];
  readonly #tokens: number;
  readonly #byKey = new Map<string, ListedOperation>();
  readonly #byBody = new Map<string, ListedOperation>();
  readonly #byDigest = new Map<string, ListedOperation>();
  /** Texts that differ from those of the list, which take a reading to look up. */
  readonly #remembered = new LRUCache<string, ListedOperation | typeof UNLISTED>({
    maxSize: REMEMBERED_LENGTH,
    sizeCalculation: (_value, text) => text.length + 1,
  });

  /**
   * @param operations No two of one identifier and client.
   * @param tokens Most tokens of a text that is looked up, a count.
   */
  constructor(operations: readonly ListedOperation[], tokens: number) {
    this.operations = operations;
    this.#tokens = tokens;
    for (const operation of operations) {
      this.#byKey.set(toListKey(operation.id, operation.client), operation);
      this.#byBody.set(operation.body, operation);
      const digest = digestDocument(operation.body, tokens);
      if (digest !== null) this.#byDigest.set(digest, operation);
    }
  }

  /** What an identifier means to this client; what it means to all where it has no own meaning. */
  byId(id: string, client: string | null): ListedOperation | undefined {
    const own = client === null ? undefined : this.#byKey.get(toListKey(id, client));
    return own ?? this.#byKey.get(toListKey(id, null));
  }

  /** Finds the operation that a text is, however it is laid out. */
  byText(text: string): ListedOperation | undefined {
    const known = this.#byBody.get(text) ?? this.#remembered.get(text);
    if (known !== undefined) return known === UNLISTED ? undefined : known;
    const found = this.#byDigest.get(digestDocument(text, this.#tokens) ?? '');
    this.#remembered.set(text, found ?? UNLISTED);
    return found;
  }

  /** Whether a text has been looked up lately. */
  remembers(text: string): boolean {
    return this.#remembered.has(text);
  }

  /** Whether a text is this operation, however it is laid out. */
  isText({ body }: ListedOperation, text: string): boolean {
    if (text === body) return true;
    const digest = digestDocument(text, this.#tokens);
    return digest !== null && digest === digestDocument(body, this.#tokens);
  }
}
