import type { PreparedOperation } from '../operation/prepare-operation.ts';
import { CachedOperation, isCacheable } from './cached-operation.ts';

/** The operations of this process, as far as the cache has to do with them. */
export class CachedOperations {
  readonly #known = new WeakMap<PreparedOperation, CachedOperation | 'uncacheable'>();
  readonly #findKept: (digest: string) => CachedOperation | undefined;

  /** @param findKept Finds the operation of this digest that kept answers belong to. */
  constructor(findKept: (digest: string) => CachedOperation | undefined) {
    this.#findKept = findKept;
  }

  of(prepared: PreparedOperation): CachedOperation | 'uncacheable' {
    let operation = this.#known.get(prepared);
    if (operation === undefined) {
      operation = isCacheable(prepared) ? new CachedOperation(prepared) : 'uncacheable';
    }
    // It may have been prepared anew since its answers were kept.
    if (operation !== 'uncacheable' && operation.keys.size === 0) {
      operation = this.#findKept(operation.digest) ?? operation;
    }
    this.#known.set(prepared, operation);
    return operation;
  }
}
