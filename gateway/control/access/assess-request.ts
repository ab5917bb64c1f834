import { type Classification, type Governance, strictestOf } from './governance.ts';

/** What somebody wants access to, and for what. */
export interface AccessWish {
  /** Coordinates such as `Account.email`; null for all that the product protects. */
  readonly coordinates: readonly string[] | null;
  readonly purpose: string;
  readonly ttlSeconds: number;
}

/** How protected what is wanted is, or why it cannot be had, as a sentence. */
export type Assessment =
  | { readonly ok: true; readonly classification: Classification }
  | { readonly ok: false; readonly message: string };

/** Coordinates that one request may name. */
const MOST_COORDINATES = 200;

const COORDINATE = /^[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)?$/;

/** Holds a wish against what is known of the product. */
export function assessRequest(wish: AccessWish, governance: Governance): Assessment {
  const { product, purposes, maxGrantSeconds, classes, strictest } = governance;
  const { coordinates, purpose, ttlSeconds } = wish;
  if (purposes.length > 0 && !purposes.includes(purpose)) {
    return refuse(
      `Expected a purpose of the product ${product} (${purposes.join(', ')}), but got ${JSON.stringify(purpose)}.`,
    );
  }
  if (ttlSeconds > maxGrantSeconds) {
    return refuse(
      `Expected at most ${Math.floor(maxGrantSeconds / 86_400)}d, the longest grant of the product ${product}; ask for less and renew it later.`,
    );
  }
  if (coordinates === null) return { ok: true, classification: strictest };
  if (coordinates.length === 0 || coordinates.length > MOST_COORDINATES) {
    return refuse(`Expected 1 to ${MOST_COORDINATES} fields, but got ${coordinates.length}.`);
  }
  const unknown = coordinates.filter((coordinate) => !isProtected(coordinate, classes));
  if (unknown.length > 0) {
    return refuse(
      `Expected types and fields that the product ${product} protects (${toExamples(classes)}), but got ${unknown.join(', ')}; there is nothing to grant of others.`,
    );
  }
  const classified = coordinates.map((coordinate) => classes?.[coordinate] ?? strictest);
  return { ok: true, classification: strictestOf(classified) };
}

/** Named in a message at most. */
const MOST_EXAMPLES = 12;

function toExamples(classes: Governance['classes']): string {
  const known = Object.keys(classes ?? { 'Account.email': null });
  const named = known.slice(0, MOST_EXAMPLES).join(', ');
  return known.length > MOST_EXAMPLES ? `${named} and ${known.length - MOST_EXAMPLES} more` : named;
}

function isProtected(coordinate: string, classes: Governance['classes']): boolean {
  return COORDINATE.test(coordinate) && (classes === null || Object.hasOwn(classes, coordinate));
}

function refuse(message: string): Assessment {
  return { ok: false, message };
}
