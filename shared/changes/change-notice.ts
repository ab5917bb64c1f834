/**
 * What a data product and the gateways say to each other about data that has changed: a JSON text
 * on a channel of the Postgres database that they share.
 *
 * @module
 */

/** Name of the channel. */
export const CHANGE_CHANNEL = 'meshgate_changes';

/** Fields of an entity that tell it apart, by name, with values as the product's answers spell them. */
export type EntityKey = Readonly<Record<string, unknown>>;

/** Entities of one type that have changed. */
export interface EntityChange {
  /** Name of the object type. */
  readonly type: string;
  /** One or more. */
  readonly keys: readonly EntityKey[];
}

/** Something has changed: data of a product, only some of it, or anything at all. */
export type ChangeNotice =
  | {
      readonly product: string;
      /** Names of object types in the product's schema; null for all of them. */
      readonly types: readonly string[] | null;
    }
  | (EntityChange & { readonly product: string })
  | {
      readonly product: string;
      /** What the product's `@cacheTag` has made of arguments or keys. */
      readonly tag: string;
    }
  | 'anything';

/** Postgres refuses a payload of 8,000 bytes or more. */
const LONGEST_TEXT = 7900;

/** What one notice may name, a count. */
export const MOST_KEYS = 200;

/**
 * @returns At most 7,900 bytes: what does not fit speaks of all entities of the type instead of some,
 *   or of the whole product.
 */
export function writeChangeNotice(notice: ChangeNotice): string {
  if (notice === 'anything') return '{}';
  const { product } = notice;
  if ('keys' in notice) {
    const { type, keys } = notice;
    const text = JSON.stringify({ product, type, keys });
    const fits = keys.length <= MOST_KEYS && Buffer.byteLength(text) <= LONGEST_TEXT;
    return fits ? text : writeChangeNotice({ product, types: [type] });
  }
  const text = JSON.stringify('types' in notice && notice.types === null ? { product } : notice);
  return Buffer.byteLength(text) <= LONGEST_TEXT ? text : JSON.stringify({ product });
}

/** Reads a notice. What cannot be read may mean anything, so it means that. */
export function readChangeNotice(text: string): ChangeNotice {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return 'anything';
  }
  if (typeof said !== 'object' || said === null) return 'anything';
  const { product, types, tag, type, keys } = said as Readonly<Record<string, unknown>>;
  if (typeof product !== 'string') return 'anything';
  if (typeof tag === 'string') return { product, tag };
  if (typeof type === 'string' && types === undefined) {
    return areKeys(keys) ? { product, type, keys } : { product, types: [type] };
  }
  const areNames = Array.isArray(types) && types.every((name) => typeof name === 'string');
  return { product, types: areNames && type === undefined ? types : null };
}

/** Whether something is a list of keys that one notice may have. */
export function areKeys(value: unknown): value is readonly EntityKey[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_KEYS) return false;
  return value.every((key) => typeof key === 'object' && key !== null && !Array.isArray(key));
}
