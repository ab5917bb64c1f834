import type {
  FetchDataRewrite,
  QueryPlanFieldNode,
  QueryPlanSelectionNode,
} from '@apollo/query-planner';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { TextTree } from './text-tree.ts';

interface WrittenField {
  /** Key in the data. */
  readonly key: string;
  /** `"key":`, the beginning of the field's text. */
  readonly prefix: string;
  /** Text that replaces the value, as an input rewrite wants it. */
  readonly constant: string | null;
  readonly nested: RepresentationWriter | null;
}

/** How objects of one type are written. */
interface TypeWriter {
  readonly fields: readonly WrittenField[];
  /** Texts written before, where every field is a leaf; null where some are not. */
  readonly texts: TextTree | null;
}

const FRAGMENT = '... on ';

/**
 * Writes entity representations as JSON text, straight from the data.
 *
 * The selections that a fetch requires are sorted out once per type name. Text
 * rather than objects, because equal representations are recognised by it and it
 * goes into the request body as it is.
 *
 * Input rewrites apply to the representation before it is sent: an interface
 * object, for example, is known to its subgraph by the name of the interface.
 *
 * @see https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
export class RepresentationWriter {
  readonly #selections: readonly QueryPlanSelectionNode[];
  readonly #lattice: TypeLattice;
  readonly #rewrites: readonly FetchDataRewrite[];
  readonly #writers = new Map<string, TypeWriter>();

  constructor(
    selections: readonly QueryPlanSelectionNode[],
    lattice: TypeLattice,
    rewrites: readonly FetchDataRewrite[] = [],
  ) {
    this.#selections = selections;
    this.#lattice = lattice;
    this.#rewrites = rewrites;
  }

  /**
   * @returns Null when the object is of no type that is required here, or lacks a field that is:
   *   such an entity cannot be asked for, and what it lacks then carries an error in the answer.
   */
  write(object: JsonObject): string | null {
    const writer = this.#writerFor(object);
    return writer.fields.length === 0 ? null : this.#writeWith(writer, object);
  }

  /** Writes an object below an entity, from which nothing may be required: fragments of other types. */
  writeInput(object: JsonObject): string | null {
    return this.#writeWith(this.#writerFor(object), object);
  }

  #writerFor(object: JsonObject): TypeWriter {
    const typename = typeof object.__typename === 'string' ? object.__typename : '';
    let writer = this.#writers.get(typename);
    if (writer === undefined) {
      const fields = this.#compileFields(typename);
      const flat = fields.every(({ nested }) => nested === null);
      writer = { fields, texts: flat ? new TextTree() : null };
      this.#writers.set(typename, writer);
    }
    return writer;
  }

  #writeWith(writer: TypeWriter, object: JsonObject): string | null {
    if (writer.texts === null) return this.#writeFields(writer.fields, object);
    const leaf = writer.texts.find(writer.fields, object);
    if (leaf === null) return this.#writeFields(writer.fields, object);
    leaf.text ??= this.#writeFields(writer.fields, object);
    return leaf.text;
  }

  #writeFields(fields: readonly WrittenField[], object: JsonObject): string | null {
    let text = '{';
    for (const field of fields) {
      const value = field.constant ?? this.#writeField(field, object[field.key]);
      if (value === null) return null;
      text += text === '{' ? field.prefix : `,${field.prefix}`;
      text += value;
    }
    return `${text}}`;
  }

  #writeField(field: WrittenField, value: unknown): string | null {
    if (value === undefined) return null;
    return field.nested === null ? JSON.stringify(value) : writeNested(field.nested, value);
  }

  #compileFields(typename: string): readonly WrittenField[] {
    const selected = new Map<string, QueryPlanSelectionNode[] | null>();
    this.#select(typename, this.#selections, selected);
    return [...selected].map(([key, selections]) => {
      const rewrites = this.#rewritesBelow(typename, key);
      const setter = rewrites.find((rewrite) => rewrite.path.length === 0);
      return {
        key,
        prefix: `${JSON.stringify(setter?.kind === 'KeyRenamer' ? setter.renameKeyTo : key)}:`,
        constant: setter?.kind === 'ValueSetter' ? JSON.stringify(setter.setValueTo) : null,
        nested:
          selections === null
            ? null
            : new RepresentationWriter(selections, this.#lattice, rewrites),
      };
    });
  }

  #select(
    typename: string,
    selections: readonly QueryPlanSelectionNode[],
    selected: Map<string, QueryPlanSelectionNode[] | null>,
  ): void {
    for (const selection of selections) {
      if (selection.kind === 'Field') {
        const key = responseKey(selection);
        const below = selected.get(key) ?? [];
        selected.set(key, selection.selections ? [...below, ...selection.selections] : null);
      } else if (this.#applies(typename, selection.typeCondition)) {
        this.#select(typename, selection.selections, selected);
      }
    }
  }

  #applies(typename: string, condition: string | undefined): boolean {
    return condition === undefined || this.#lattice.isSubtype(typename, condition);
  }

  /** The rewrites that pass through a field of an object of this type, with the rest of their paths. */
  #rewritesBelow(typename: string, key: string): readonly FetchDataRewrite[] {
    const below: FetchDataRewrite[] = [];
    for (const rewrite of this.#rewrites) {
      let path = rewrite.path;
      while (
        path[0]?.startsWith(FRAGMENT) &&
        this.#applies(typename, path[0].slice(FRAGMENT.length))
      ) {
        path = path.slice(1);
      }
      if (path[0] === key) below.push({ ...rewrite, path: path.slice(1) });
    }
    return below;
  }
}

function responseKey(field: QueryPlanFieldNode): string {
  return field.alias ?? field.name;
}

function writeNested(writer: RepresentationWriter, value: unknown): string | null {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return isJsonObject(value) ? writer.writeInput(value) : null;
  const texts: string[] = [];
  for (const element of value) {
    const text = writeNested(writer, element);
    if (text === null) return null;
    texts.push(text);
  }
  return `[${texts.join(',')}]`;
}
