import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isObjectType,
  isScalarType,
  parse,
} from 'graphql';
import { MeshgateError } from '../../errors/meshgate-error.ts';
import type { ProductResolvers } from '../define-product.ts';
import { guardFields } from '../guard/guard-fields.ts';

type SubgraphModules = Parameters<typeof buildSubgraphSchema>[0];

/**
 * Builds the executable subgraph schema, with `_service` and `_entities`; protected fields
 * are guarded.
 *
 * @param name The product's, for messages.
 * @param sdl Federation 2 schema of the product.
 * @throws {MeshgateError} `CONFIG_INVALID` when the SDL is not a valid subgraph, or a
 *   resolver belongs to nothing that it declares.
 */
export function buildSchema<Loaders>(
  name: string,
  sdl: string,
  resolvers: ProductResolvers<Loaders>,
): GraphQLSchema {
  const schema = buildExecutableSchema(name, sdl, resolvers);
  const strays = findStrays(schema, resolvers);
  if (strays.length > 0) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `The schema of ${name} declares nothing for these resolvers: ${strays.join(', ')}.`,
    });
  }
  guardFields(schema);
  return schema;
}

function buildExecutableSchema<Loaders>(
  name: string,
  sdl: string,
  resolvers: ProductResolvers<Loaders>,
): GraphQLSchema {
  try {
    const modules: unknown = [{ typeDefs: parse(sdl), resolvers }];
    // The package's types want every resolver to take any parent and any arguments.
    return buildSubgraphSchema(modules as SubgraphModules);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MeshgateError('CONFIG_INVALID', {
      message: `The schema of ${name} is not a valid subgraph: ${reason}`,
      cause: error,
    });
  }
}

/** Resolvers whose type, field or enum member the schema lacks: a misspelt one would never be called. */
function findStrays<Loaders>(
  schema: GraphQLSchema,
  resolvers: ProductResolvers<Loaders>,
): readonly string[] {
  return Object.entries(resolvers).flatMap(([typeName, members]) => {
    const type = schema.getType(typeName);
    // `scalars` has all of them, and a product declares those that it uses.
    if (type === undefined) return isScalarType(members) ? [] : [typeName];
    const known = membersOf(type);
    if (known === null) return [];
    return Object.keys(members)
      .filter((member) => !(member.startsWith('__') || known.has(member)))
      .map((member) => `${typeName}.${member}`);
  });
}

function membersOf(type: unknown): ReadonlySet<string> | null {
  if (isEnumType(type)) return new Set(type.getValues().map((value) => value.name));
  if (isObjectType(type)) return new Set(Object.keys(type.getFields()));
  return isAbstractType(type) ? new Set() : null;
}
