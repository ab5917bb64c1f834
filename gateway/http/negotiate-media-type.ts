/** The media type of GraphQL responses whose HTTP status says how the request went. */
export const GRAPHQL_RESPONSE = 'application/graphql-response+json';
/** The older media type, which answers GraphQL request errors with status 200. */
export const JSON_RESPONSE = 'application/json';

export type ResponseMediaType = typeof GRAPHQL_RESPONSE | typeof JSON_RESPONSE;

/** The `content-type` header for each. */
export const CONTENT_TYPES: Readonly<Record<ResponseMediaType, string>> = {
  [GRAPHQL_RESPONSE]: `${GRAPHQL_RESPONSE}; charset=utf-8`,
  [JSON_RESPONSE]: `${JSON_RESPONSE}; charset=utf-8`,
};

/** One element of an `Accept` header that concerns the two types. */
interface Offer {
  readonly quality: number;
  /** 0 for a type with all wildcards, 1 for a subtype wildcard, 2 for a full name. */
  readonly specificity: number;
}

const REMEMBERED_HEADERS = 256;
const LONGEST_REMEMBERED = 256;
const remembered = new Map<string, ResponseMediaType | null>();

/**
 * Chooses the media type of an answer from an `Accept` header.
 *
 * The type with the greater quality wins. At equal quality the new type wins
 * where the client names it; a client that names neither (no header, or
 * wildcards only) gets `application/json`, as legacy clients expect.
 *
 * @returns Null when neither type is acceptable (`MEDIA_TYPE_NOT_ACCEPTABLE`).
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Accept
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
 */
export function negotiateMediaType(accept: string | undefined): ResponseMediaType | null {
  if (accept === undefined || accept === '*/*') return JSON_RESPONSE;
  const known = remembered.get(accept);
  if (known !== undefined) return known;

  const chosen = choose(accept);
  // Clients send a handful of values; a flood of different ones must not grow the memory.
  if (remembered.size < REMEMBERED_HEADERS && accept.length <= LONGEST_REMEMBERED) {
    remembered.set(accept, chosen);
  }
  return chosen;
}

function choose(accept: string): ResponseMediaType | null {
  const graphql = offerFor('graphql-response+json', accept);
  const json = offerFor('json', accept);

  if (graphql.quality > json.quality) return GRAPHQL_RESPONSE;
  if (json.quality > graphql.quality) return JSON_RESPONSE;
  if (graphql.quality === 0) return null;
  return graphql.specificity === 2 ? GRAPHQL_RESPONSE : JSON_RESPONSE;
}

/** The most specific element that matches decides, whatever the order (RFC 9110). */
function offerFor(subtype: string, accept: string): Offer {
  let best: Offer = { quality: 0, specificity: -1 };
  for (const element of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = element.split(';').map((part) => part.trim());
    const specificity = matchRange(range, subtype);
    if (specificity > best.specificity && acceptsUtf8(parameters)) {
      best = { quality: qualityOf(parameters), specificity };
    }
  }
  return best;
}

function matchRange(range: string, subtype: string): number {
  if (range === `application/${subtype}`) return 2;
  if (range === 'application/*') return 1;
  return range === '*/*' || range === '*' ? 0 : -1;
}

function acceptsUtf8(parameters: readonly string[]): boolean {
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset);
}

/** A quality that cannot be read counts as 1, the value of an absent one. */
function qualityOf(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  if (quality === undefined) return 1;
  const value = Number(quality.slice(2));
  return value >= 0 && value <= 1 ? value : 1;
}
