/**
 * What a data product and the gateways say to each other about data that has changed: a JSON text
 * on a channel of the Postgres database that they share.
 *
 * @module
 */

/** Name of the channel. */
export const CHANGE_CHANNEL = 'meshgate_changes';

/** Something has changed: data of a product, only some of it, or anything at all. */
export type ChangeNotice =
  | {
      readonly product: string;
      /** Names of object types in the product's schema; null for all of them. */
      readonly types: readonly string[] | null;
    }
  | {
      readonly product: string;
      /** What the product's `@cacheTag` has made of arguments or keys. */
      readonly tag: string;
    }
  | 'anything';

/** Postgres refuses a payload of 8,000 bytes or more. */
const LONGEST_TEXT = 7900;

/** @returns At most 7,900 bytes: what does not fit speaks of the whole product. */
export function writeChangeNotice(notice: ChangeNotice): string {
  if (notice === 'anything') return '{}';
  const { product } = notice;
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
  const { product, types, tag } = said as Readonly<Record<string, unknown>>;
  if (typeof product !== 'string') return 'anything';
  if (typeof tag === 'string') return { product, tag };
  const areNames = Array.isArray(types) && types.every((type) => typeof type === 'string');
  return { product, types: areNames ? types : null };
}
