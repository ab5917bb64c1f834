/**
 * What a domain team writes: a folder of standard files, resolvers, and loaders.
 *
 * @module
 */

import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql';
import type { Logger } from '../telemetry/logger.ts';
import type { Caller } from './caller.ts';
import type { ProductDatabase } from './product-database.ts';

/** What every resolver of a product is handed; made anew for each request. */
export interface ProductContext<Loaders> {
  readonly caller: Caller;
  readonly database: ProductDatabase;
  readonly loaders: Loaders;
  /** Carries the request id. */
  readonly log: Logger;
}

/**
 * Answers one field. Parent and arguments are `never` here so that any precise
 * type fits: a resolver annotates the two, the context is inferred.
 */
export type FieldResolver<Loaders> = (
  parent: never,
  args: never,
  context: ProductContext<Loaders>,
  info: GraphQLResolveInfo,
) => unknown;

/** Answers with an entity, given its representation, or null where there is none for this caller. */
export type ReferenceResolver<Loaders> = (
  reference: never,
  context: ProductContext<Loaders>,
) => unknown;

/** The fields of one object type; what is absent is read from the parent's property of that name. */
export interface TypeResolvers<Loaders> {
  readonly __resolveReference?: ReferenceResolver<Loaders>;
  readonly __resolveType?: ReferenceResolver<Loaders>;
  readonly [field: string]: FieldResolver<Loaders>;
}

/** Enum members and the values that stand for them inside the product. */
export interface EnumValues {
  readonly [member: string]: string | number;
}

/** Resolvers by type name; scalars come from `scalars.ts`. */
export interface ProductResolvers<Loaders> {
  readonly [typeName: string]: TypeResolvers<Loaders> | EnumValues | GraphQLScalarType;
}

/** A data product, ready to be started. */
export interface ProductDefinition<Loaders> {
  /** `new URL('.', import.meta.url)`. Its last segment is the name of the product. */
  readonly folder: URL;
  readonly resolvers: ProductResolvers<Loaders>;
  /** Makes the loaders of one request. */
  createLoaders(database: ProductDatabase): Loaders;
}

/** Checks the definition by type and gives it back: `export const product = defineProduct({ … })`. */
export function defineProduct<Loaders>(
  definition: ProductDefinition<Loaders>,
): ProductDefinition<Loaders> {
  return definition;
}
