import type { Principal } from '../principal.ts';

/** Stands for all claims among names of claims; a claim cannot have this name. */
const ALL = '*';

/**
 * Which row claims of a caller each product is told: those that its row rules look at, and all where its
 * rules are not known.
 */
export class RowClaims {
  readonly #used: ReadonlyMap<string, readonly string[]>;
  /** All that is known, as one text: by which two gateways tell products different things. */
  readonly declared: string;
  readonly #texts = new WeakMap<Principal, Map<string, string>>();

  /** @param used Names of the claims that row rules look at, by product; a product with no rules has none. */
  constructor(used: ReadonlyMap<string, readonly string[]>) {
    this.#used = used;
    this.declared = JSON.stringify([...used].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** The claims that one product is told of a caller. */
  of({ claims }: Principal, product: string): Principal['claims'] {
    const names = this.#used.get(product);
    return names === undefined ? claims : pick(claims, names);
  }

  /**
   * The claims that one or another of these products is told of a caller, as JSON; empty for none.
   * Equal for two callers only where each of the products is told the same.
   */
  describe(principal: Principal, products: Iterable<string>): string {
    const names = this.#namesOf(products);
    const texts = this.#texts.get(principal) ?? new Map<string, string>();
    if (texts.size === 0) this.#texts.set(principal, texts);
    let text = texts.get(names);
    if (text === undefined) {
      const told =
        names === ALL ? principal.claims : pick(principal.claims, JSON.parse(names) as string[]);
      text = Object.keys(told).length === 0 ? '' : JSON.stringify(told);
      texts.set(names, text);
    }
    return text;
  }

  #namesOf(products: Iterable<string>): string {
    if (this.#used.size === 0) return ALL;
    const names = new Set<string>();
    for (const product of products) {
      const used = this.#used.get(product);
      if (used === undefined) return ALL;
      for (const name of used) names.add(name);
    }
    return JSON.stringify([...names].sort());
  }
}

/** A principal has its claims in order, and so has what is picked of them. */
function pick(claims: Principal['claims'], names: readonly string[]): Principal['claims'] {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => names.includes(name)));
}
