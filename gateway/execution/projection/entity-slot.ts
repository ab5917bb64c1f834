import type { EntityKey, KeyField } from '../../supergraph/read-entity-keys.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

/** Where the value of a field may stand in an object of the data, aliases included. */
export type DataKeysOf = (field: string) => readonly string[];

/** Reads a key off an object of the data; null where it is not all there. */
type ReadKey = (source: JsonObject) => string | null;

/**
 * The objects of one type at one position of a compiled operation: by what they are told apart.
 * Values with a class that stand in them, or in what has no key below them, are theirs.
 */
export class EntitySlot {
  readonly number: number;
  readonly typename: string;
  /** One for each key of the type; none where nothing tells its objects apart. */
  readonly readers: readonly ReadKey[];
  readonly hasKey: boolean;
  /** Whether any of its values is counted. */
  isCounted = false;

  constructor(
    number: number,
    typename: string,
    keys: readonly EntityKey[],
    dataKeysOf: DataKeysOf,
  ) {
    this.number = number;
    this.typename = typename;
    this.hasKey = keys.length > 0;
    this.readers = keys.map((key) => toReadKey(key, dataKeysOf));
  }
}

function toReadKey(key: EntityKey, dataKeysOf: DataKeysOf): ReadKey {
  const parts = key.map((field) => ({ field, dataKeys: dataKeysOf(field.name) }));
  const [only] = parts;
  if (only !== undefined && parts.length === 1 && only.field.below === null) {
    const { dataKeys } = only;
    return (source) => toText(toLeaf(find(source, dataKeys)));
  }
  return (source) => {
    const read: JsonObject = {};
    for (const { field, dataKeys } of parts) {
      const value = readPart(field, find(source, dataKeys));
      if (value === null) return null;
      read[field.name] = value;
    }
    return JSON.stringify(read);
  };
}

function find(source: JsonObject, dataKeys: readonly string[]): unknown {
  for (const dataKey of dataKeys) {
    const value = source[dataKey];
    if (value !== undefined && value !== null) return value;
  }
  return null;
}

/** @returns Null where a part of it is missing. */
function readPart({ below }: KeyField, value: unknown): unknown {
  if (below === null) return toLeaf(value);
  if (!isJsonObject(value)) return null;
  const read: JsonObject = {};
  for (const field of below) {
    const part = readPart(field, value[field.name]);
    if (part === null) return null;
    read[field.name] = part;
  }
  return read;
}

/** One product may write an id as a number and another as a text. */
function toLeaf(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null || typeof value === 'function') return null;
  return typeof value === 'object' ? value : String(value);
}

function toText(leaf: unknown): string | null {
  if (leaf === null || typeof leaf === 'string') return leaf;
  return JSON.stringify(leaf);
}
