import type { EntityKey } from '../../shared/changes/change-notice.ts';

/** Keys that name the same fields. */
interface KeyGroup {
  readonly fields: readonly string[];
  /** Values of the fields, each as text. */
  readonly keys: readonly (readonly string[])[];
  /** The same, each key as one text. */
  readonly wholes: ReadonlySet<string>;
}

/**
 * Entities of one type that have changed.
 *
 * An entity is taken for another one only where both say otherwise of a field that belongs to a key,
 * because an entity has one value there, whichever key it is asked for by. Fields of an object, and
 * whatever has no text that is surely the same everywhere, say nothing.
 */
export class ChangedEntities {
  readonly #groups: readonly KeyGroup[];

  /**
   * @param keys As the product's answers spell them.
   * @param keyFields Names of fields that tell these entities apart; others say nothing.
   */
  constructor(keys: readonly EntityKey[], keyFields: readonly string[]) {
    const groups = new Map<string, { fields: string[]; keys: string[][] }>();
    for (const key of keys) {
      const fields = keyFields.filter((field) => toText(key[field]) !== null);
      const name = fields.join(' ');
      const group = groups.get(name) ?? { fields, keys: [] };
      group.keys.push(fields.map((field) => toText(key[field]) ?? ''));
      groups.set(name, group);
    }
    this.#groups = [...groups.values()].map((group) => ({
      ...group,
      wholes: new Set(group.keys.map(toWhole)),
    }));
  }

  /**
   * Whether an entity may be one of them.
   *
   * @param representation That it was asked for with, as JSON.
   */
  mayInclude(representation: string): boolean {
    const read = createReader(representation);
    return this.#groups.some(({ fields, keys, wholes }) => {
      const values = fields.map(read);
      if (!values.includes(null)) return wholes.has(toWhole(values as readonly string[]));
      return keys.some((key) => key.every((text, at) => (values[at] ?? text) === text));
    });
  }
}

/** Two keys that are written alike by chance are taken for one, and then one too many is forgotten. */
function toWhole(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : values.join('\n');
}

/** @returns Null for what may be spelt in several ways, and for nothing. */
function toText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  // An ID may come as a number as well.
  return typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : null;
}

/** Gives the text of a field; null where there is none. */
type Reader = (field: string) => string | null;

/** A thousand representations are looked at for one change, and nearly all are flat: they are not parsed. */
function createReader(json: string): Reader {
  const isFlat = json.lastIndexOf('{') === 0 && !json.includes('\\') && !json.includes('[');
  if (isFlat) return (field) => readFlat(json, field);
  const parsed = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return (field) => (Object.hasOwn(parsed, field) ? toText(parsed[field]) : null);
}

/** @param json Of an object of leaves without an escape in it, so that a quote always ends a text. */
function readFlat(json: string, field: string): string | null {
  const name = `"${field}":`;
  const at = json.indexOf(name);
  if (at === -1) return null;
  const start = at + name.length;
  if (json[start] === '"') return json.slice(start + 1, json.indexOf('"', start + 1));
  const comma = json.indexOf(',', start);
  return toText(JSON.parse(json.slice(start, comma === -1 ? json.length - 1 : comma)));
}
