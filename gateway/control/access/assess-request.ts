import type { AccessLevel } from '../../policy/grants/grant.ts';
import { MASK_NAMES, parseMaskName } from '../../policy/mask-name.ts';
import {
  type AccessTerms,
  agreementUrl,
  type Classification,
  isClassified,
  strictestOf,
} from './access-terms.ts';

/** What somebody wants access to, and for what. */
export interface AccessWish {
  /** Coordinates such as `Account.email`; null for all that the product protects. */
  readonly coordinates: readonly string[] | null;
  /** As it is (absent), or masked where it has a class. */
  readonly level?: AccessLevel;
  /** Of masked access, such as `keepLast:4`; absent and null leave it to the governance rules. */
  readonly mask?: string | null;
  /** Ids of the clients through which alone it is to count; absent and null stand for any. */
  readonly clients?: readonly string[] | null;
  readonly purpose: string;
  readonly ttlSeconds: number;
  /** Link to a legal agreement; absent and null for none but that of the product. */
  readonly agreement?: string | null;
}

/** How protected what is wanted is, or why it cannot be had, as a sentence. */
export type Assessment =
  | {
      readonly ok: true;
      readonly classification: Classification;
      /** All classes of what is wanted. */
      readonly classes: readonly Classification[];
    }
  | { readonly ok: false; readonly message: string };

/** Coordinates that one request may name. */
const MOST_COORDINATES = 200;

const COORDINATE = /^[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)?$/;

/** Holds a wish against what is known of the product. */
export function assessRequest(wish: AccessWish, terms: AccessTerms): Assessment {
  const { product, purposes, maxGrantSeconds, classes, strictest } = terms;
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
  const form = findProblemOfForm(wish);
  if (form !== null) return refuse(form);
  const isMasked = wish.level === 'masked';
  if (coordinates === null) {
    if (isMasked && !isClassified(strictest)) return refuseMasked(`all of ${product}`);
    return toAssessment([strictest, ...Object.values(classes ?? {})]);
  }
  if (coordinates.length === 0 || coordinates.length > MOST_COORDINATES) {
    return refuse(`Expected 1 to ${MOST_COORDINATES} fields, but got ${coordinates.length}.`);
  }
  const unknown = coordinates.filter((coordinate) => !isProtected(coordinate, classes));
  if (unknown.length > 0) {
    return refuse(
      `Expected types and fields that the product ${product} protects (${toExamples(classes)}), but got ${unknown.join(', ')}; there is nothing to grant of others.`,
    );
  }
  const classOf = (coordinate: string) => classes?.[coordinate] ?? strictest;
  const open = coordinates.filter((coordinate) => !isClassified(classOf(coordinate)));
  if (isMasked && open.length > 0) return refuseMasked(open.join(', '));
  return toAssessment(coordinates.map(classOf));
}

function toAssessment(found: readonly Classification[]): Assessment {
  const classes = [...new Set(found)];
  return { ok: true, classification: strictestOf(classes), classes };
}

/** Clients that one request may name. */
const MOST_CLIENTS = 50;

function findProblemOfForm(wish: AccessWish): string | null {
  const { level = 'full', mask = null, clients = null, agreement = null } = wish;
  if (mask !== null && level !== 'masked') return 'Expected a mask for masked access only.';
  if (mask !== null && parseMaskName(mask) === null) {
    return `Expected a mask (${MASK_NAMES}), but got ${JSON.stringify(mask)}.`;
  }
  if (clients !== null && (clients.length === 0 || clients.length > MOST_CLIENTS)) {
    return `Expected 1 to ${MOST_CLIENTS} clients, but got ${clients.length}.`;
  }
  if (agreement !== null && !agreementUrl.safeParse(agreement).success) {
    return `Expected an https link to a legal agreement, but got ${JSON.stringify(agreement)}.`;
  }
  return null;
}

/** Named in a message at most. */
const MOST_EXAMPLES = 12;

function toExamples(classes: AccessTerms['classes']): string {
  const known = Object.keys(classes ?? { 'Account.email': null });
  const named = known.slice(0, MOST_EXAMPLES).join(', ');
  return known.length > MOST_EXAMPLES ? `${named} and ${known.length - MOST_EXAMPLES} more` : named;
}

function isProtected(coordinate: string, classes: AccessTerms['classes']): boolean {
  return COORDINATE.test(coordinate) && (classes === null || Object.hasOwn(classes, coordinate));
}

/** Gateways mask what has a class, and open nothing else to whom something was granted masked. */
function refuseMasked(what: string): Assessment {
  return refuse(
    `Expected restricted or personal data for masked access, but ${what} is neither; ask for full access.`,
  );
}

function refuse(message: string): Assessment {
  return { ok: false, message };
}
