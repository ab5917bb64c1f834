import type { SubgraphGrant } from '../../identity/trust/create-subgraph-tokens.ts';
import type { GrantedElements, GrantedMask, ProtectedElement } from '../requirement.ts';
import type { Grant } from './grant.ts';

/** Stands for all that a product protects against reading. */
const WHOLE = '*';

/** What the grants of one caller open at one moment. Never changes. */
export class GrantedAccess implements GrantedElements {
  /** Ids of the grants: what is granted never changes, so equal ids open the same. */
  readonly fingerprint: string;
  /** When the first of them ends, in epoch milliseconds. */
  readonly endsAtMs: number;
  /** Absent where nothing was granted in masked form. */
  readonly maskOf: ((element: ProtectedElement) => GrantedMask | null) | undefined;
  readonly #grants: readonly Grant[];
  /** What was granted as it is, by product. */
  readonly #full = new Map<string, ReadonlySet<string>>();
  readonly #products = new Map<string, SubgraphGrant>();

  /** @param grants Those that hold, at least one. */
  constructor(grants: readonly Grant[]) {
    this.fingerprint = toFingerprint(grants);
    this.endsAtMs = firstEnd(grants);
    this.#grants = grants;
    const masked = grants
      .filter(({ level }) => level === 'masked')
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    this.maskOf = masked.length === 0 ? undefined : (element) => this.#findMask(element, masked);
    for (const product of new Set(grants.map((grant) => grant.product))) {
      const own = grants.filter((grant) => grant.product === product);
      const opened = new Set(own.flatMap((grant) => grant.coordinates ?? [WHOLE]));
      const coordinates = [...opened].sort();
      const full = own.filter(({ level }) => level === 'full');
      this.#full.set(product, new Set(full.flatMap((grant) => grant.coordinates ?? [WHOLE])));
      this.#products.set(product, {
        coordinates,
        told: JSON.stringify(coordinates),
        fingerprint: toFingerprint(own),
        endsAtMs: firstEnd(own),
      });
    }
  }

  /** Tells whether every product that offers an element has granted it as it is. */
  covers(element: ProtectedElement): boolean {
    const { products } = element;
    return products.length > 0 && products.every((product) => this.#gives(product, element));
  }

  #gives(product: string, { coordinate, writes }: ProtectedElement): boolean {
    const granted = this.#full.get(product);
    if (granted === undefined) return false;
    return granted.has(coordinate) || (!writes && granted.has(WHOLE));
  }

  /** One product that grants it masked is enough for it to be masked; what changes data cannot be. */
  #findMask(element: ProtectedElement, masked: readonly Grant[]): GrantedMask | null {
    const { coordinate, products, writes } = element;
    if (writes || products.length === 0 || this.covers(element)) return null;
    const used = masked.filter(
      (grant) =>
        products.includes(grant.product) && (grant.coordinates?.includes(coordinate) ?? true),
    );
    const isGiven = (product: string) =>
      this.#gives(product, element) || used.some((grant) => grant.product === product);
    if (!products.every(isGiven)) return null;
    return { mask: used.find(({ mask }) => mask !== null)?.mask ?? null };
  }

  /** Finds the ids of the grants, sorted, that cover one of the elements. */
  idsFor(elements: readonly ProtectedElement[]): readonly string[] {
    const covered = elements.filter(
      (element) => this.covers(element) || (this.maskOf?.(element) ?? null) !== null,
    );
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

function firstEnd(grants: readonly Grant[]): number {
  return Math.min(...grants.map(({ endsAtMs }) => endsAtMs));
}

function toFingerprint(grants: readonly Grant[]): string {
  return grants
    .map(({ id }) => id)
    .sort()
    .join(' ');
}
