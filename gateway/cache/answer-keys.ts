import { createHash } from 'node:crypto';
import type { CachedOperation } from './cached-operation.ts';

/** What of a request its answer depends on, besides the operation and the authorization shape. */
export interface KeyedQuery {
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** All that these products are told of the caller besides who it is and its scopes. */
  told(products: readonly string[]): string;
  /** Equal for two requests only when they are the same caller's; null for one who is not known. */
  readonly caller: string | null;
}

/** A longer text is digested: variables can be as large as a request. */
const LONGEST_KEY = 200;

/** The keys of one request, written when they are needed: mostly nothing is kept. */
export class AnswerKeys {
  readonly #operation: CachedOperation;
  readonly #query: KeyedQuery;
  #shared: string | null = null;

  constructor(operation: CachedOperation, query: KeyedQuery) {
    this.#operation = operation;
    this.#query = query;
  }

  /** For all callers of equal rights. */
  get shared(): string {
    this.#shared ??= writeKey(this.#operation, this.#query);
    return this.#shared;
  }

  /** All of them, the stricter first. */
  get inOrder(): readonly string[] {
    const { shared, own } = this;
    return own === null ? [shared] : [own, shared];
  }

  /** For the caller alone; null where it is not known. */
  get own(): string | null {
    const { caller } = this.#query;
    return caller === null ? null : `${this.shared}\n${caller}`;
  }
}

function writeKey(operation: CachedOperation, query: KeyedQuery): string {
  const { digest, takesVariables, products } = operation;
  const variables = takesVariables ? JSON.stringify(query.variables) : '';
  // Neither text has a line break in it, so no two keys are written alike.
  const key = `${digest}${query.told(products)}\n${variables}`;
  return key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('base64url') : key;
}
