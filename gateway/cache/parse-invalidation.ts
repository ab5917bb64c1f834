import { areKeys, type ChangeNotice, MOST_KEYS } from '../../shared/changes/change-notice.ts';

/** What one request may ask to forget, a count. */
const MOST_ENTRIES = 1000;

export type InvalidationOutcome =
  | { readonly ok: true; readonly notices: readonly ChangeNotice[] }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the body of a request to forget answers, in the form of Apollo Router: a list of
 * `{"kind":"subgraph","subgraph":…}`, `{"kind":"type","subgraph":…,"type":…}` and
 * `{"kind":"cache_tag","subgraphs":[…],"cache_tag":…}`; and, which that does not have, of
 * `{"kind":"entity","subgraph":…,"type":…,"keys":[{…},…]}`.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/performance/caching/response-caching/invalidation
 */
export function parseInvalidation(text: string): InvalidationOutcome {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse('a list in JSON, given something that is no JSON');
  }
  if (!Array.isArray(body)) return refuse('a list in JSON, given another value');
  if (body.length > MOST_ENTRIES) {
    return refuse(`at most ${MOST_ENTRIES} entries, given ${body.length}`);
  }
  const notices: ChangeNotice[] = [];
  for (const [index, entry] of body.entries()) {
    const own = toNotices(entry);
    if (own === null) {
      return refuse(
        `of entry ${index} the kind "subgraph" with a subgraph, "type" with a subgraph and a type, "entity" with both and 1 to ${MOST_KEYS} keys, which are objects, or "cache_tag" with subgraphs and a cache_tag`,
      );
    }
    notices.push(...own);
  }
  return { ok: true, notices };
}

function toNotices(entry: unknown): readonly ChangeNotice[] | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { kind, subgraph, type, keys, ...others } = entry as Readonly<Record<string, unknown>>;
  if (kind === 'cache_tag') return toTagNotices(others);
  if (!isText(subgraph)) return null;
  if (kind === 'subgraph') return [{ product: subgraph, types: null }];
  if (!isText(type)) return null;
  if (kind === 'entity') return areKeys(keys) ? [{ product: subgraph, type, keys }] : null;
  return kind === 'type' ? [{ product: subgraph, types: [type] }] : null;
}

function toTagNotices({
  subgraphs,
  cache_tag: tag,
}: Readonly<Record<string, unknown>>): readonly ChangeNotice[] | null {
  if (!Array.isArray(subgraphs) || subgraphs.length > MOST_ENTRIES) return null;
  if (!subgraphs.every(isText) || !isText(tag)) return null;
  return subgraphs.map((product) => ({ product, tag }));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function refuse(expected: string): InvalidationOutcome {
  return { ok: false, message: `Expected ${expected}.` };
}
