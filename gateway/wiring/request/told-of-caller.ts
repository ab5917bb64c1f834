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
  /** Written once: each product has it in its keys. */
  #forwarded: string | null = null;

  /** @param describe Says what products are told, but for grants. */
  constructor(describe: DescribeTold, accepted: AcceptedRequest) {
    this.#describe = describe;
    this.#accepted = accepted;
    this.#grants = describe.tellsGrants ? accepted.rights.grants : null;
  }

  /** What these are told; empty for nothing. */
  of(products: readonly string[]): string {
    const { principal } = this.#accepted;
    let told = this.#withHeaders(this.#describe.claimsOfAll(principal, products));
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
    const { principal } = this.#accepted;
    const described = this.#withHeaders(this.#describe.claimsOfOne(principal, product));
    // What is described never begins like a list.
    return grant === null && refused === ''
      ? described
      : JSON.stringify([described, grant, refused]);
  }

  #withHeaders(claims: string): string {
    this.#forwarded ??= this.#describe.forwarded(this.#accepted.request);
    return this.#forwarded === '' ? claims : `${claims}|${this.#forwarded}`;
  }
}
