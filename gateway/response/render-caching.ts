import { createHash } from 'node:crypto';

interface Answer {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A body in the form in which it is sent best many times. */
export interface KeptBody {
  readonly body: string | Uint8Array;
  /** SHA-256, in `base64url`. */
  readonly bodyDigest: string;
}

/** Longer bodies are encoded once; shorter ones go out in one piece with their headers. */
const ENCODED_CHARACTERS = 4096;

export function toKeptBody(rendered: string | Uint8Array): KeptBody {
  const isLong = typeof rendered === 'string' && rendered.length > ENCODED_CHARACTERS;
  const body = isLong ? Buffer.from(rendered) : rendered;
  return { body, bodyDigest: createHash('sha256').update(body).digest('base64url') };
}

/**
 * Says with an answer how long, and for whom, caches on the way to the client may keep it.
 *
 * @param lifetimeSeconds From now on.
 * @param isPublic Whether nothing of the caller was used, so that caches may give it to anybody.
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
 */
export function renderCacheable<Given extends Answer>(
  answer: Given,
  kept: KeptBody,
  lifetimeSeconds: number,
  isPublic: boolean,
): Given & KeptBody {
  const seconds = Math.max(0, Math.floor(lifetimeSeconds));
  return {
    ...answer,
    body: kept.body,
    bodyDigest: kept.bodyDigest,
    headers: { 'cache-control': `max-age=${seconds}, ${isPublic ? 'public' : 'private'}` },
  };
}

/**
 * Says with an answer that caches on the way may keep it for less, where it says for longer.
 *
 * @param lifetimeSeconds From when it was made, as `renderCacheable` counts.
 */
export function shortenCacheable<Given extends Answer>(
  answer: Given,
  lifetimeSeconds: number,
): Given {
  const control = answer.headers?.['cache-control'];
  const said = control === undefined ? undefined : /^max-age=(\d+)/.exec(control)?.[1];
  const seconds = Math.max(0, Math.floor(lifetimeSeconds));
  if (control === undefined || said === undefined || Number(said) <= seconds) return answer;
  const shorter = control.replace(said, String(seconds));
  return { ...answer, headers: { ...answer.headers, 'cache-control': shorter } };
}

/** Caches in front refuse headers of a few kilobytes more than this. */
const LONGEST_SURROGATE_KEY = 4096;

/**
 * Names what is in an answer, for caches in front that forget by `Surrogate-Key`: its products, and
 * the cache tags in it, as far as all of them fit. What a key cannot hold is written with `%`.
 */
export function renderSurrogateKeys<Given extends Answer>(
  answer: Given,
  products: Iterable<string>,
  tags: Iterable<string>,
): Given {
  const ofProducts = toKeys(products);
  const ofAll = `${ofProducts} ${toKeys(tags)}`.trim();
  const keys = ofAll.length > LONGEST_SURROGATE_KEY ? ofProducts : ofAll;
  return { ...answer, headers: { ...answer.headers, 'surrogate-key': keys } };
}

function toKeys(names: Iterable<string>): string {
  return [...new Set(names)].map(encodeURIComponent).join(' ');
}
