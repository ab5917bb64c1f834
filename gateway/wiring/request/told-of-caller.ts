import type { DescribeTold } from '../../identity/trust/create-subgraph-headers.ts';
import type { GrantedAccess } from '../../policy/grants/granted-access.ts';
import type { AcceptedRequest } from './run-request.ts';

/**
 * What the products are told of the caller of one request besides who it is and its scopes, as the text that
 * keys of the cache hold. Equal for two requests only when the products are told the same.
 */
export class ToldOfCaller {
  readonly #describe: DescribeTold;
  readonly #accepted: AcceptedRequest;
  /** What only the product is told of which it was granted. */
  readonly #grants: GrantedAccess | null;
  #described: string | null = null;

  /** @param describe Says what every product is told. */
  constructor(describe: DescribeTold, accepted: AcceptedRequest) {
    this.#describe = describe;
    this.#accepted = accepted;
    this.#grants = accepted.rights.grants;
  }

  /** Whether nobody is told anything. */
  get isNothing(): boolean {
    return this.#grants === null && this.#toEach === '';
  }

  /** What these are told. */
  of(products: Iterable<string>): string {
    let told = this.#toEach;
    if (this.#grants === null) return told;
    // Each part is a value as JSON, so no two lists of them are written alike.
    for (const product of products) {
      const grant = this.#grants.ofProduct(product);
      if (grant !== null) told += `+${JSON.stringify(product)}${grant.told}`;
    }
    return told;
  }

  /**
   * What one of them is told.
   *
   * @param refused Of what is asked for, but may not be read; empty where nothing is.
   */
  ofOne(product: string, refused: string): string {
    const grant = this.#grants?.ofProduct(product)?.told ?? null;
    // What every product is told is never a list of three.
    return grant === null && refused === ''
      ? this.#toEach
      : JSON.stringify([this.#toEach, grant, refused]);
  }

  /** Written once: every product and the answer as a whole have it in their keys. */
  get #toEach(): string {
    const { principal, request } = this.#accepted;
    this.#described ??= this.#describe(principal, request);
    return this.#described;
  }
}
