import type { Principal } from '../principal.ts';

/** Stands for all claims where otherwise a JSON list of their names is. */
const ALL = '*';

/**
 * Which row claims of a caller each product is told: those that its row rules look at, and all where its
 * rules are not known.
 */
export class RowClaims {
  /** All that is known, as one text: by which two gateways tell products different things. */
  readonly declared: string;
  readonly #used: ReadonlyMap<string, readonly string[]>;
  /** Names of the claims that a product, or one or another of a list, is told. */
  readonly #namesOfOne: ReadonlyMap<string, string>;
  readonly #namesOfAll = new WeakMap<readonly string[], string>();
  readonly #texts = new WeakMap<Principal, Map<string, string>>();

  /** @param used Names of the claims that row rules look at, by product; a product with no rules has none. */
  constructor(used: ReadonlyMap<string, readonly string[]>) {
    this.declared = JSON.stringify([...used].sort(([one], [other]) => (one < other ? -1 : 1)));
    this.#used = used;
    this.#namesOfOne = new Map([...used.keys()].map((one) => [one, this.#toNames([one])]));
  }

  /** The claims that one product is told of a caller. */
  of({ claims }: Principal, product: string): Principal['claims'] {
    const names = this.#used.get(product);
    return names === undefined ? claims : pick(claims, names);
  }

  /** The same as JSON; empty for none. */
  describeOne(principal: Principal, product: string): string {
    return this.#describe(principal, this.#namesOfOne.get(product) ?? ALL);
  }

  /**
   * The claims that one or another of these products is told of a caller, as JSON; empty for none.
   * Equal for two callers only where each of the products is told the same.
   *
   * @param products The same list again is described faster.
   */
  describeAll(principal: Principal, products: readonly string[]): string {
    let names = this.#namesOfAll.get(products);
    if (names === undefined) {
      names = this.#toNames(products);
      this.#namesOfAll.set(products, names);
    }
    return this.#describe(principal, names);
  }

  #describe(principal: Principal, names: string): string {
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

  #toNames(products: readonly string[]): string {
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
