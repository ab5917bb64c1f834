import {
  baseType,
  type EnumType,
  type FieldDefinition,
  type InputObjectType,
  type InterfaceType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  type NamedType,
  type ObjectType,
  possibleRuntimeTypes,
  type Schema,
  type Type,
} from '@apollo/federation-internals';
import type { ElementTags, TagIndex } from '../policy/tag-index.ts';
import { nameInSchema } from './name-in-schema.ts';
import { type DerivedTags, readDerivedTags } from './read-derived-tags.ts';

/** Tags by coordinate, as far as the element itself and what stands around it say. */
type OwnTags = Map<string, ReadonlySet<string>>;

const NO_TAGS: ReadonlySet<string> = new Set();

/**
 * Reads `@tag` off a supergraph; composition has joined what all subgraphs say of an element.
 *
 * A tag on a type holds for the values that stand on it, and one on a scalar or enum for every
 * field and argument of that type. An object's field has the tags of the interface fields that it implements,
 * and an interface's field those of every implementation, because any of them may stand
 * there: no other path to the same value has fewer tags.
 */
export function buildTagIndex(schema: Schema): TagIndex {
  const tag = nameInSchema(schema, 'tag');
  if (tag === undefined) return new Map();
  const own = new OwnTagReader(schema, tag).read();
  return merge(own, readDerivedTags(schema, own));
}

function merge(own: OwnTags, derived: DerivedTags): TagIndex {
  const index = new Map<string, ElementTags>();
  for (const coordinate of [...new Set([...own.keys(), ...derived.keys()])].sort()) {
    const ownTags = sorted(own.get(coordinate));
    const derivedTags = sorted(derived.get(coordinate));
    if (ownTags.length + derivedTags.length > 0)
      index.set(coordinate, { own: ownTags, derived: derivedTags });
  }
  return index;
}

const sorted = (tags: ReadonlySet<string> = NO_TAGS): readonly string[] => [...tags].sort();

interface Annotated {
  appliedDirectivesOf(name: string): readonly { arguments(): Readonly<Record<string, unknown>> }[];
}

class OwnTagReader {
  readonly #schema: Schema;
  readonly #tag: string;
  readonly #own: OwnTags = new Map();

  constructor(schema: Schema, tag: string) {
    this.#schema = schema;
    this.#tag = tag;
  }

  read(): OwnTags {
    const types = this.#schema.types();
    for (const type of types) this.#readType(type);
    const objects = types.filter(isObjectType);
    const interfaces = types.filter(isInterfaceType);
    for (const type of [...objects, ...interfaces]) this.#inheritFromInterfaces(type);
    for (const type of interfaces) this.#inheritFromImplementers(type);
    return this.#own;
  }

  #readType(type: NamedType): void {
    this.#add(type.name, this.#tagsOf(type));
    if (isObjectType(type) || isInterfaceType(type)) this.#readFields(type);
    else if (isInputObjectType(type)) this.#readInputFields(type);
    else if (isEnumType(type)) this.#readValues(type);
  }

  #readFields(type: ObjectType | InterfaceType): void {
    const ofType = this.#tagsOf(type);
    for (const field of type.fields()) {
      const at = `${type.name}.${field.name}`;
      const isValue = field.type !== undefined && isLeafType(baseType(field.type));
      this.#add(at, [
        ...(isValue ? ofType : []),
        ...this.#tagsOf(field),
        ...this.#leafTags(field.type),
      ]);
      this.#readArguments(at, field);
    }
  }

  #readArguments(at: string, field: FieldDefinition<ObjectType | InterfaceType>): void {
    for (const argument of field.arguments()) {
      const tags = [...this.#tagsOf(argument), ...this.#leafTags(argument.type)];
      this.#add(`${at}(${argument.name}:)`, tags);
    }
  }

  #readInputFields(type: InputObjectType): void {
    const ofType = this.#tagsOf(type);
    for (const field of type.fields()) {
      const tags = [...ofType, ...this.#tagsOf(field), ...this.#leafTags(field.type)];
      this.#add(`${type.name}.${field.name}`, tags);
    }
  }

  #readValues(type: EnumType): void {
    for (const value of type.values) this.#add(`${type.name}.${value.name}`, this.#tagsOf(value));
  }

  #inheritFromInterfaces(type: ObjectType | InterfaceType): void {
    for (const above of type.interfaces()) {
      for (const field of above.fields()) this.#inherit(type, above, field);
    }
  }

  #inheritFromImplementers(type: InterfaceType): void {
    for (const object of possibleRuntimeTypes(type)) {
      for (const field of type.fields()) this.#inherit(type, object, field);
    }
  }

  #inherit(
    to: ObjectType | InterfaceType,
    from: ObjectType | InterfaceType,
    field: FieldDefinition<ObjectType | InterfaceType>,
  ): void {
    const [at, other] = [`${to.name}.${field.name}`, `${from.name}.${field.name}`];
    this.#add(at, this.#own.get(other) ?? []);
    for (const { name } of field.arguments()) {
      this.#add(`${at}(${name}:)`, this.#own.get(`${other}(${name}:)`) ?? []);
    }
  }

  #leafTags(type: Type | undefined): readonly string[] {
    const named = type === undefined ? undefined : baseType(type);
    return named !== undefined && isLeafType(named) ? this.#tagsOf(named) : [];
  }

  #tagsOf(element: Annotated): readonly string[] {
    return element.appliedDirectivesOf(this.#tag).map((tag) => String(tag.arguments().name));
  }

  #add(coordinate: string, tags: Iterable<string>): void {
    const known = this.#own.get(coordinate) ?? NO_TAGS;
    const all = new Set([...known, ...tags]);
    if (all.size > 0) this.#own.set(coordinate, all);
  }
}
