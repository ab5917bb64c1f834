import type { SubgraphGrant } from '../../identity/trust/create-subgraph-tokens.ts';
import type { GrantedElements, ProtectedElement } from '../requirement.ts';
import type { Grant } from './grant.ts';

/** Stands for all that a product protects against reading. */
const WHOLE = '*';

/** What the grants of one caller open at one moment. Never changes. */
export class GrantedAccess implements GrantedElements {
  /** Ids of the grants: what is granted never changes, so equal ids open the same. */
  readonly fingerprint: string;
  readonly #grants: readonly Grant[];
  readonly #coordinates = new Map<string, ReadonlySet<string>>();
  readonly #products = new Map<string, SubgraphGrant>();

  /** @param grants Those that hold, at least one. */
  constructor(grants: readonly Grant[]) {
    this.fingerprint = toFingerprint(grants);
    this.#grants = grants;
    for (const product of new Set(grants.map((grant) => grant.product))) {
      const own = grants.filter((grant) => grant.product === product);
      const coordinates = new Set(own.flatMap((grant) => grant.coordinates ?? [WHOLE]));
      this.#coordinates.set(product, coordinates);
      this.#products.set(product, {
        coordinates: [...coordinates].sort(),
        fingerprint: toFingerprint(own),
        endsAtMs: Math.min(...own.map(({ endsAtMs }) => endsAtMs)),
      });
    }
  }

  /** Tells whether every product that offers an element has granted it. */
  covers({ coordinate, products, writes }: ProtectedElement): boolean {
    return (
      products.length > 0 &&
      products.every((product) => {
        const granted = this.#coordinates.get(product);
        if (granted === undefined) return false;
        return granted.has(coordinate) || (!writes && granted.has(WHOLE));
      })
    );
  }

  /** Finds the ids of the grants, sorted, that cover one of the elements. */
  idsFor(elements: readonly ProtectedElement[]): readonly string[] {
    const covered = elements.filter((element) => this.covers(element));
    const used = this.#grants.filter(({ product, coordinates }) =>
      covered.some(
        ({ coordinate, products, writes }) =>
          products.includes(product) &&
          (coordinates === null ? !writes : coordinates.includes(coordinate)),
      ),
    );
    return used.map(({ id }) => id).sort();
  }

  /** @returns Null when nothing of the product was granted. */
  ofProduct(product: string): SubgraphGrant | null {
    return this.#products.get(product) ?? null;
  }
}

function toFingerprint(grants: readonly Grant[]): string {
  return grants
    .map(({ id }) => id)
    .sort()
    .join(' ');
}
