import type { JsonObject } from '../json.ts';
import { wasAnsweredNull } from '../plan/answered-null.ts';
import { NULL, type ProjectionRun, RISING, type Written } from './projection-run.ts';
import type { Shape } from './shape.ts';
import type { MemorySlots } from './text-memory.ts';
import { standsAsItIs, writeName } from './write-string.ts';

/** One field of an object in the order of the client's document. */
export interface ShapedField {
  readonly key: string;
  /** Where the value stands in the data of the plan; mostly the same. */
  readonly dataKey: string;
  readonly shape: Shape;
}

/**
 * Writes some members of an object, each with the brace or comma before it, the last with the brace
 * after it.
 */
export interface Members {
  write(source: JsonObject, run: ProjectionRun, depth: number): string | typeof RISING;
}

/**
 * Prepares the fields of an object for writing: leaves that stand beside each other together,
 * everything else by itself.
 *
 * @param slots Null where a selection meets one object only, so that nothing is worth remembering.
 */
export function toMembers(
  fields: readonly ShapedField[],
  slots: MemorySlots | null,
): readonly Members[] {
  const members: Members[] = [];
  let leaves: PrefixedField[] = [];
  fields.map(withPrefixes).forEach((field, index) => {
    const end = index === fields.length - 1 ? '}' : '';
    if (field.shape.leaf !== null) leaves.push(field);
    else members.push(new SingleMember(field, end));
    if (leaves.length > 0 && (end !== '' || fields[index + 1]?.shape.leaf === null)) {
      members.push(new LeafMembers(leaves, end, slots));
      leaves = [];
    }
  });
  return members;
}

/** A field with what is written before its value. */
interface PrefixedField extends ShapedField {
  readonly takesStrings: boolean;
  readonly takesIntegers: boolean;
  readonly prefix: string;
  /** With the quote that ends the string before. */
  readonly prefixAfterString: string;
  /** With the quote that begins a string. */
  readonly stringPrefix: string;
  readonly stringPrefixAfterString: string;
}

function withPrefixes({ key, dataKey, shape }: ShapedField, index: number): PrefixedField {
  const prefix = `${index === 0 ? '{' : ','}${writeName(key)}:`;
  return {
    key,
    dataKey,
    shape,
    takesStrings: shape.leaf?.takesStrings ?? false,
    takesIntegers: shape.leaf?.takesIntegers ?? false,
    prefix,
    prefixAfterString: `"${prefix}`,
    stringPrefix: `${prefix}"`,
    stringPrefixAfterString: `"${prefix}"`,
  };
}

class SingleMember implements Members {
  readonly #field: PrefixedField;
  readonly #end: string;

  constructor(field: PrefixedField, end: string) {
    this.#field = field;
    this.#end = end;
  }

  write(source: JsonObject, run: ProjectionRun, depth: number): string | typeof RISING {
    const { dataKey, prefix } = this.#field;
    const written = writeValue(this.#field, source[dataKey], source, run, depth);
    if (typeof written === 'string') return prefix + written + this.#end;
    return written === RISING ? RISING : prefix + NULL + this.#end;
  }
}

function writeValue(
  field: PrefixedField,
  value: unknown,
  source: JsonObject,
  run: ProjectionRun,
  depth: number,
): Written {
  if (field.takesIntegers && Number.isInteger(value)) return `${value}`;
  const given = value === undefined && wasAnsweredNull(source) ? null : value;
  run.path[depth] = field.key;
  return field.shape.write(given, run, depth + 1);
}

/** Fewer leaves are written as fast as they are looked up. */
const LEAVES_WORTH_REMEMBERING = 2;

class LeafMembers implements Members {
  readonly #fields: readonly PrefixedField[];
  readonly #end: string;
  readonly #endAfterString: string;
  readonly #slot: number | null;
  /** The leaf by which a text is looked up. */
  readonly #keyField: PrefixedField;

  constructor(fields: readonly PrefixedField[], end: string, slots: MemorySlots | null) {
    this.#fields = fields;
    this.#end = end;
    this.#endAfterString = `"${end}`;
    this.#slot = fields.length < LEAVES_WORTH_REMEMBERING ? null : (slots?.take() ?? null);
    this.#keyField = keyOf(fields);
  }

  write(source: JsonObject, run: ProjectionRun, depth: number): string | typeof RISING {
    if (this.#slot === null) return this.#writeLeaves(source, run, depth);
    const memory = run.memory(this.#slot);
    if (!memory.pays) return this.#writeLeaves(source, run, depth);
    const key = source[this.#keyField.dataKey];
    const known = memory.find(key);
    if (known !== undefined && this.#hasValues(source, known.values))
      return memory.use(known, run.shown);
    memory.noteMiss();
    const { positionsUsed, shown } = run;
    const { length: since } = shown;
    const text = this.#writeLeaves(source, run, depth);
    if (typeof text === 'string' && run.positionsUsed === positionsUsed) {
      memory.keep(key, this.#valuesOf(source), text, shown, since);
    }
    return text;
  }

  #valuesOf(source: JsonObject): readonly unknown[] {
    const fields = this.#fields;
    const values = new Array<unknown>(fields.length);
    for (let index = 0; index < fields.length; index += 1) {
      values[index] = source[(fields[index] as PrefixedField).dataKey];
    }
    return values;
  }

  #hasValues(source: JsonObject, values: readonly unknown[]): boolean {
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index += 1) {
      const value = source[(fields[index] as PrefixedField).dataKey];
      if (value !== values[index] || value === undefined) return false;
    }
    return true;
  }

  /**
   * Each piece that is joined to the text costs about as much as looking at the value, so the
   * quotes of strings are joined as parts of what stands between the values.
   */
  #writeLeaves(source: JsonObject, run: ProjectionRun, depth: number): string | typeof RISING {
    const fields = this.#fields;
    let text = '';
    let inString = false;
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index] as PrefixedField;
      const value = source[field.dataKey];
      if (typeof value === 'string' && field.takesStrings && standsAsItIs(value)) {
        text += inString ? field.stringPrefixAfterString : field.stringPrefix;
        text += value;
        inString = true;
        continue;
      }
      const written = writeValue(field, value, source, run, depth);
      if (written === RISING) return RISING;
      text += inString ? field.prefixAfterString : field.prefix;
      text += typeof written === 'string' ? written : NULL;
      inString = false;
    }
    return text + (inString ? this.#endAfterString : this.#end);
  }
}

/** An `ID` if there is one, otherwise a string: numbers and enums repeat without the rest. */
function keyOf(fields: readonly PrefixedField[]): PrefixedField {
  const id = fields.find(({ takesStrings, takesIntegers }) => takesStrings && takesIntegers);
  return id ?? fields.find(({ takesStrings }) => takesStrings) ?? (fields[0] as PrefixedField);
}
