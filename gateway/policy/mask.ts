import { createHmac } from 'node:crypto';
import { type GraphQLOutputType, getNamedType, isNonNullType } from 'graphql';

/** How a value is shown without being told. */
export type Mask =
  /** Null in the place of the field, a list included. */
  | { readonly kind: 'null' }
  /** The word `REDACTED`. */
  | { readonly kind: 'redacted' }
  /** A keyed hash: equal values have equal hashes, within one purpose. */
  | { readonly kind: 'hash' }
  /** That many characters of the beginning or the end; a text that is not longer shows none. */
  | { readonly kind: 'keepFirst' | 'keepLast'; readonly characters: number }
  /** The first day of the month or year. */
  | { readonly kind: 'month' | 'year' }
  /** The lower bound of the bucket of that size that a number falls into. */
  | { readonly kind: 'bucket'; readonly size: number };

/** Masks one value, which is not null; undefined is said of a value that is not of the mask's kind. */
export type MaskValue = (value: unknown) => unknown;

const TEXTS: ReadonlySet<string> = new Set(['String', 'ID']);
/** Scalars by the names they commonly have; of a scalar by another name nothing is known. */
const DATES: ReadonlySet<string> = new Set([
  'Date',
  'DateTime',
  'LocalDate',
  'LocalDateTime',
  'Timestamp',
]);
const NUMBERS: ReadonlySet<string> = new Set([
  'Int',
  'Float',
  'Decimal',
  'BigDecimal',
  'BigInt',
  'Long',
]);

const FITTING: Readonly<Record<Exclude<Mask['kind'], 'null'>, ReadonlySet<string>>> = {
  redacted: TEXTS,
  hash: TEXTS,
  keepFirst: TEXTS,
  keepLast: TEXTS,
  month: DATES,
  year: DATES,
  bucket: NUMBERS,
};

/**
 * Tells whether a masked value is one of the type: of the leaf type, in lists too. Null fits where the
 * field itself may be null.
 */
export function fitsType({ kind }: Mask, type: GraphQLOutputType): boolean {
  if (kind === 'null') return !isNonNullType(type);
  return FITTING[kind].has(getNamedType(type).name);
}

const REDACTED = 'REDACTED';
/** Stands for what is left out, always as long, so that it does not tell a length. */
const LEFT_OUT = '***';

/**
 * Makes the function of a mask.
 *
 * @param key Of the hash, see `deriveHashKey`; no other mask looks at it.
 */
export function createMask(mask: Mask, key: Uint8Array): MaskValue {
  switch (mask.kind) {
    case 'null':
      return () => null;
    case 'redacted':
      return () => REDACTED;
    case 'hash':
      return onText((text) => createHmac('sha256', key).update(text).digest('base64url'));
    case 'keepFirst':
      return onText((text) => keep(text, mask.characters, 0, mask.characters));
    case 'keepLast':
      return onText((text) => keep(text, mask.characters, -mask.characters));
    case 'month':
      return onText((text) => toDay(text, '$1-$2-01'));
    case 'year':
      return onText((text) => toDay(text, '$1-01-01'));
    case 'bucket':
      return (value) => toBucket(value, mask.size);
  }
}

/**
 * Derives the key of hashes from the secret: each purpose has its own, so that what was read for one
 * cannot be joined with what was read for another.
 *
 * @param purpose Null for a request that names none, which is like a purpose of its own.
 */
export function deriveHashKey(secret: string, purpose: string | null): Uint8Array {
  const context = JSON.stringify(['meshgate mask', purpose]);
  return createHmac('sha256', secret).update(context).digest();
}

/** An ID may come as a number. */
function onText(change: (text: string) => string | undefined): MaskValue {
  return (value) =>
    typeof value === 'string' || Number.isInteger(value) ? change(String(value)) : undefined;
}

function keep(text: string, characters: number, start: number, end?: number): string {
  const all = [...text];
  if (all.length <= characters) return LEFT_OUT;
  const kept = all.slice(start, end).join('');
  return start === 0 ? kept + LEFT_OUT : LEFT_OUT + kept;
}

const DAY = /^(\d{4})-(\d{2})-\d{2}(T.*)?$/;

function toDay(text: string, day: string): string | undefined {
  const found = DAY.exec(text);
  if (found === null) return undefined;
  const date = text.replace(DAY, day);
  return found[3] === undefined ? date : `${date}T00:00:00Z`;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

function toBucket(value: unknown, size: number): unknown {
  if (typeof value === 'number') return Math.floor(value / size) * size;
  const [whole, sign, digits, fraction = ''] =
    (typeof value === 'string' && DECIMAL.exec(value)) || [];
  if (whole === undefined || digits === undefined) return undefined;
  // Amounts of money come as texts and never become binary fractions.
  const below = sign === '-' && /[1-9]/.test(fraction) ? 1n : 0n;
  const floor = (sign === '-' ? -BigInt(digits) : BigInt(digits)) - below;
  const step = BigInt(size);
  const rest = ((floor % step) + step) % step;
  return String(floor - rest);
}
