import {
  baseType,
  type FieldDefinition,
  type InterfaceType,
  isInterfaceType,
  isObjectType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { nameInSchema } from './name-in-schema.ts';

/** By coordinate: the tags of what a field is computed from. */
export type DerivedTags = ReadonlyMap<string, ReadonlySet<string>>;

/** What one field reads besides its own subgraph: field sets, each on a type. */
interface Input {
  readonly typeName: string;
  readonly selection: SelectionSetNode;
}

/**
 * Follows `@requires` and `@fromContext` from every field to the fields that it is computed from.
 *
 * What is computed from a value may tell it, and what is computed from that may too,
 * so the tags are followed to the end.
 *
 * @param own Tags by coordinate, without those that are derived.
 */
export function readDerivedTags(
  schema: Schema,
  own: ReadonlyMap<string, ReadonlySet<string>>,
): DerivedTags {
  return new DerivedTagReader(schema, own).read();
}

class DerivedTagReader {
  readonly #schema: Schema;
  readonly #own: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #joinField: string | undefined;
  readonly #contexts = new Map<string, string[]>();
  /** Coordinates by the coordinate that reads them. */
  readonly #sources = new Map<string, Set<string>>();

  constructor(schema: Schema, own: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#schema = schema;
    this.#own = own;
    this.#joinField = nameInSchema(schema, 'join', 'field');
  }

  read(): DerivedTags {
    this.#readContexts();
    for (const type of this.#schema.types()) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of type.fields()) {
        const sources = new Set<string>();
        for (const { typeName, selection } of this.#inputsOf(type, field))
          this.#walk(typeName, selection, sources);
        if (sources.size > 0) this.#sources.set(`${type.name}.${field.name}`, sources);
      }
    }
    const derived = new Map<string, ReadonlySet<string>>();
    for (const coordinate of this.#sources.keys()) {
      const tags = this.#follow(coordinate);
      if (tags.size > 0) derived.set(coordinate, tags);
    }
    return derived;
  }

  #readContexts(): void {
    const context = nameInSchema(this.#schema, 'context');
    if (context === undefined) return;
    for (const type of this.#schema.types()) {
      for (const applied of type.appliedDirectivesOf(context)) {
        const name = String(applied.arguments().name);
        this.#contexts.set(name, [...(this.#contexts.get(name) ?? []), type.name]);
      }
    }
  }

  #inputsOf(
    type: ObjectType | InterfaceType,
    field: FieldDefinition<ObjectType | InterfaceType>,
  ): readonly Input[] {
    if (this.#joinField === undefined) return [];
    return field.appliedDirectivesOf(this.#joinField).flatMap((join) => {
      const { requires, contextArguments } = join.arguments() as {
        requires?: string;
        contextArguments?: readonly { context: string; selection: string }[];
      };
      const required =
        requires === undefined
          ? []
          : [{ typeName: type.name, selection: parseFieldSet(`{${requires}}`) }];
      const fromContexts = (contextArguments ?? []).flatMap(({ context, selection }) =>
        (this.#contexts.get(context) ?? []).map((typeName) => ({
          typeName,
          selection: parseFieldSet(selection.trim().startsWith('{') ? selection : `{${selection}}`),
        })),
      );
      return [...required, ...fromContexts];
    });
  }

  #walk(typeName: string, { selections }: SelectionSetNode, sources: Set<string>): void {
    const type = this.#schema.type(typeName);
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? typeName;
        this.#walk(condition, selection.selectionSet, sources);
        continue;
      }
      if (type === undefined || (!isObjectType(type) && !isInterfaceType(type))) continue;
      const name = selection.name.value;
      sources.add(`${typeName}.${name}`);
      const below = type.field(name)?.type;
      if (selection.selectionSet !== undefined && below !== undefined)
        this.#walk(baseType(below).name, selection.selectionSet, sources);
    }
  }

  /** All tags of all fields that can be reached. */
  #follow(from: string): ReadonlySet<string> {
    const tags = new Set<string>();
    const seen = new Set<string>([from]);
    const waiting = [...(this.#sources.get(from) ?? [])];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      for (const tag of this.#own.get(at) ?? []) tags.add(tag);
      waiting.push(...(this.#sources.get(at) ?? []));
    }
    return tags;
  }
}

function parseFieldSet(text: string): SelectionSetNode {
  const [definition] = parse(text, { noLocation: true }).definitions;
  if (definition?.kind === Kind.OPERATION_DEFINITION) return definition.selectionSet;
  throw new Error('a field set of a supergraph is a selection set');
}
