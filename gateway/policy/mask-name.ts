import type { Mask } from './mask.ts';

/** How masks are written where there is one word for each. */
export const MASK_NAMES =
  'null, redacted, hash, month, year, keepFirst:3, keepLast:4 or bucket:1000';

const PLAIN: ReadonlySet<string> = new Set(['null', 'redacted', 'hash', 'month', 'year']);

const MOST_CHARACTERS = 64;
const LARGEST_BUCKET = 1_000_000_000;

/** @returns Null for what is no mask: characters are 1 to 64, a bucket has a size of up to a billion. */
export function parseMaskName(text: string): Mask | null {
  if (isPlain(text)) return { kind: text };
  const [, kind, digits] = /^(keepFirst|keepLast|bucket):([1-9]\d{0,9})$/.exec(text) ?? [];
  const number = Number(digits);
  if (kind === 'bucket') return number <= LARGEST_BUCKET ? { kind, size: number } : null;
  if (kind !== 'keepFirst' && kind !== 'keepLast') return null;
  return number <= MOST_CHARACTERS ? { kind, characters: number } : null;
}

function isPlain(text: string): text is 'null' | 'redacted' | 'hash' | 'month' | 'year' {
  return PLAIN.has(text);
}
