import {
  type GraphQLFieldConfigMap,
  GraphQLInterfaceType,
  type GraphQLInterfaceTypeConfig,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { findUsableParts, type UsableParts, type UsingCaller } from './usable-parts.ts';

/** Finds what callers of one authorization shape over the whole supergraph may know of it. */
export type VisibleSchema = (
  snapshot: SupergraphSnapshot,
  shape: string,
  caller: UsingCaller,
) => GraphQLSchema;

/** Schemas kept for each supergraph; one of 2,000 types takes some megabytes. */
const SCHEMAS_KEPT = 16;

/** Creates a `VisibleSchema` that remembers what it made, the least recently used forgotten first. */
export function createVisibleSchema(): VisibleSchema {
  const known = new WeakMap<SupergraphSnapshot, LRUCache<string, GraphQLSchema>>();
  return (snapshot, shape, caller) => {
    const schemas = known.get(snapshot) ?? new LRUCache({ max: SCHEMAS_KEPT });
    known.set(snapshot, schemas);
    const schema = schemas.get(shape) ?? toVisibleSchema(snapshot, caller);
    schemas.set(shape, schema);
    return schema;
  };
}

/**
 * Makes a schema of what a caller can use, good for introspection only: fields that are refused
 * whatever the operation are left out, and types that nothing leads to any more.
 *
 * The query type stays in any case, even without a field: there is no schema without one.
 */
export function toVisibleSchema(snapshot: SupergraphSnapshot, caller: UsingCaller): GraphQLSchema {
  const { schema } = snapshot;
  const usable = findUsableParts(snapshot, caller);
  const shown = new Reach(schema, usable).shown;
  const copies = new Copies(usable, shown);
  const root = (type: GraphQLObjectType | null | undefined) =>
    type && (shown.has(type.name) || type === schema.getQueryType()) ? copies.of(type) : null;
  return new GraphQLSchema({
    ...schema.toConfig(),
    query: root(schema.getQueryType()),
    mutation: root(schema.getMutationType()),
    subscription: root(schema.getSubscriptionType()),
    types: Object.values(schema.getTypeMap())
      .filter(({ name }) => shown.has(name))
      .map((type) => copies.of(type)),
    assumeValid: true,
  });
}

/** Follows usable fields from the root types; by a list and not by recursion, as long as types may be in a row. */
class Reach {
  readonly shown = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #usable: UsableParts;
  /** Types that an object in an answer can be said to be of. */
  readonly #possible = new Set<string>();
  readonly #pending: (() => void)[] = [];

  constructor(schema: GraphQLSchema, usable: UsableParts) {
    this.#schema = schema;
    this.#usable = usable;
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    for (const type of roots) if (type) this.#enter(type);
    for (const { args } of schema.getDirectives()) for (const { type } of args) this.#show(type);
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) next();
  }

  /** An object of this type, or of one that it stands for, can be in an answer. */
  #enter(outer: GraphQLType): void {
    const type = getNamedType(outer);
    this.#show(type);
    if (!this.shown.has(type.name) || this.#possible.has(type.name)) return;
    this.#possible.add(type.name);
    if (!isInterfaceType(type) && !isUnionType(type)) return;
    for (const one of this.#schema.getPossibleTypes(type)) {
      this.#pending.push(() => this.#enter(one));
    }
  }

  /** Shows a type with all that it is written with. An interface does not show who implements it. */
  #show(outer: GraphQLType): void {
    const type = getNamedType(outer);
    if (this.shown.has(type.name)) return;
    if (isCompositeType(type) && !this.#usable.types.has(type.name)) return;
    this.shown.add(type.name);
    this.#pending.push(() => this.#follow(type));
  }

  #follow(type: GraphQLNamedType): void {
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) this.#show(field.type);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    for (const one of type.getInterfaces()) this.#show(one);
    for (const field of Object.values(type.getFields())) {
      if (!this.#usable.fields.has(`${type.name}.${field.name}`)) continue;
      this.#enter(field.type);
      for (const argument of field.args) this.#show(argument.type);
    }
  }
}

/** Types with what is shown of them; those of input and leaves are as they were. */
class Copies {
  readonly #usable: UsableParts;
  readonly #shown: ReadonlySet<string>;
  readonly #made = new Map<string, GraphQLNamedType>();

  constructor(usable: UsableParts, shown: ReadonlySet<string>) {
    this.#usable = usable;
    this.#shown = shown;
  }

  of<Type extends GraphQLNamedType>(type: Type): Type {
    const copy = this.#made.get(type.name) ?? this.#copy(type);
    this.#made.set(type.name, copy);
    return copy as Type;
  }

  #copy(type: GraphQLNamedType): GraphQLNamedType {
    if (isUnionType(type)) {
      const types = () => this.#only(type.getTypes());
      return new GraphQLUnionType({ ...type.toConfig(), types });
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return type;
    const interfaces = () => this.#only(type.getInterfaces());
    const fields = () => this.#fields(type);
    const config = type.toConfig();
    return isObjectType(type)
      ? new GraphQLObjectType({ ...(config as object), name: type.name, interfaces, fields })
      : new GraphQLInterfaceType({
          ...(config as GraphQLInterfaceTypeConfig<unknown, unknown>),
          interfaces,
          fields,
        });
  }

  #only<Type extends GraphQLNamedType>(types: readonly Type[]): readonly Type[] {
    return types.filter(({ name }) => this.#shown.has(name)).map((type) => this.of(type));
  }

  #fields(type: GraphQLObjectType | GraphQLInterfaceType): GraphQLFieldConfigMap<unknown, unknown> {
    const { fields } = type.toConfig();
    return Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => this.#usable.fields.has(`${type.name}.${name}`))
        .map(([name, field]) => [name, { ...field, type: this.#wrapped(field.type) }]),
    );
  }

  #wrapped(type: GraphQLOutputType): GraphQLOutputType {
    if (isNonNullType(type)) return new GraphQLNonNull(this.#wrapped(type.ofType));
    if (isListType(type)) return new GraphQLList(this.#wrapped(type.ofType));
    return this.of(type);
  }
}
