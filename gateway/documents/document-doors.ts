/** What became of a request's document; the label of a metric. */
export type DocumentOutcome =
  /** It is in the operation list. */
  | 'listed'
  /** It is not, and is answered all the same. */
  | 'unlisted'
  /** It was registered, in this process or in another. */
  | 'found'
  | 'found_shared'
  | 'registered'
  /** It was answered, and is too large to be registered. */
  | 'too_large'
  | 'not_found'
  | 'mismatched'
  | 'unsupported'
  /** It is not in the operation list, and was refused for that. */
  | 'refused'
  | 'id_required';

/** Told what becomes of documents; plain texts that no list is about are not told. */
export interface DocumentObserver {
  readonly outcome: (outcome: DocumentOutcome) => void;
  /** A text that is not in the list has come for the first time in a while. */
  readonly unlisted: (asked: AskedDocument, isRefused: boolean) => void;
  /** A registered document had to make room. */
  readonly evicted: () => void;
}

/** Documents that clients have registered with any gateway of a mesh. */
export interface SharedDocuments {
  /** Never rejects; null also where the store is away. The text may be anything. */
  readonly find: (hash: string) => Promise<string | null>;
  /** Nobody waits for it. */
  readonly keep: (hash: string, text: string) => void;
}

/** What a request gives; at least one of text and id. */
export interface AskedDocument {
  readonly text: string | null;
  /** In the form that `OperationList` knows; a SHA-256 in lower-case hexadecimal digits has no prefix. */
  readonly id: string | null;
  /** Name of the application, as it says itself; null where it says none. */
  readonly client: string | null;
  readonly requestId: string;
  /** Whose share of the memory a registered document takes. */
  readonly owner: () => string;
}
