import type { Forgetting } from './answer-store.ts';

/** What one request may ask to forget, a count. */
const MOST_ENTRIES = 1000;

export type InvalidationOutcome =
  | { readonly ok: true; readonly forgettings: readonly Forgetting[] }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the body of a request to forget answers, in the form of Apollo Router: a list of
 * `{"kind":"subgraph","subgraph":…}` and `{"kind":"type","subgraph":…,"type":…}`.
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
  const forgettings: Forgetting[] = [];
  for (const [index, entry] of body.entries()) {
    const forgetting = toForgetting(entry);
    if (forgetting === null) {
      return refuse(
        `of entry ${index} the kind "subgraph" with a subgraph, or "type" with a subgraph and a type`,
      );
    }
    forgettings.push(forgetting);
  }
  return { ok: true, forgettings };
}

function toForgetting(entry: unknown): Forgetting | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { kind, subgraph: product, type } = entry as Readonly<Record<string, unknown>>;
  if (typeof product !== 'string' || product === '') return null;
  if (kind === 'subgraph') return { product, type: null };
  if (kind === 'type' && typeof type === 'string' && type !== '') return { product, type };
  return null;
}

function refuse(expected: string): InvalidationOutcome {
  return { ok: false, message: `Expected ${expected}.` };
}
