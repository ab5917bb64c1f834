import type { ResponseMediaType } from './negotiate-media-type.ts';

/** Longer lists of tags are not looked at: the answer is sent whole. */
const LONGEST_HEADER = 4096;

/**
 * A strong validator (RFC 9110, 8.8.3): the same bytes under another media type are another
 * representation.
 *
 * @param bodyDigest In `base64url`.
 */
export function toEntityTag(bodyDigest: string, mediaType: ResponseMediaType): string {
  return `"${bodyDigest}.${mediaType}"`;
}

/**
 * Whether a client has this representation already, by its `If-None-Match`.
 *
 * Tags are compared weakly, as RFC 9110 section 13.1.2 asks. `*`, which is meant for changes, names
 * no representation that a client has, so nothing matches it.
 */
export function hasEntityTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined || ifNoneMatch.length > LONGEST_HEADER) return false;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
