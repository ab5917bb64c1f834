import { createHash } from 'node:crypto';
import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { buildRequirementIndex, type RequirementIndex } from './requirement-index.ts';
import { buildTypeLattice, type TypeLattice } from './type-lattice.ts';

/** One subgraph of the supergraph and where it listens. */
export interface SubgraphLocation {
  readonly name: string;
  /** HTTP(S) URL of its GraphQL endpoint. */
  readonly url: string;
}

/**
 * Everything a request needs to know of the supergraph, in one immutable value.
 *
 * Request path and control plane meet here: a new supergraph is a new snapshot,
 * swapped whole, and a request keeps the one that it started with.
 */
export interface SupergraphSnapshot {
  /** First 16 hexadecimal digits of the SHA-256 of the supergraph SDL. */
  readonly version: string;
  /** What clients see: the API schema, without inaccessible elements. */
  readonly schema: GraphQLSchema;
  /** The same, as the planner wants operations parsed. */
  readonly apiSchema: ReturnType<Supergraph['apiSchema']>;
  readonly planner: QueryPlanner;
  readonly requirements: RequirementIndex;
  /** Sub-type relations of the whole supergraph, inaccessible types included. */
  readonly lattice: TypeLattice;
  readonly subgraphs: readonly SubgraphLocation[];
}

/**
 * Features of the supergraph that must be understood before one byte is served:
 * a security feature that is not enforced here makes the supergraph unloadable.
 */
const UNDERSTOOD_FEATURES = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  // Tags say what a cache has to forget; where nothing is cached there is nothing to forget.
  'https://specs.apollo.dev/cacheTag/v0.1',
]);

/**
 * Loads a supergraph from its SDL. Synchronous; a large one takes a second.
 *
 * @param urlOverrides URL by subgraph name, for those that listen elsewhere than the SDL says.
 * @throws {MeshgateError} SUPERGRAPH_INVALID, with what is wrong with the text.
 * @see https://specs.apollo.dev/join/v0.5/
 */
export function loadSupergraphSnapshot(
  sdl: string,
  urlOverrides: ReadonlyMap<string, string> = new Map(),
): SupergraphSnapshot {
  try {
    const supergraph = Supergraph.build(sdl, {
      supportedFeatures: UNDERSTOOD_FEATURES,
      validateSupergraph: true,
    });
    const apiSchema = supergraph.apiSchema();
    return Object.freeze({
      version: createHash('sha256').update(sdl).digest('hex').slice(0, 16),
      schema: apiSchema.toGraphQLJSSchema(),
      apiSchema,
      planner: new QueryPlanner(supergraph),
      requirements: buildRequirementIndex(supergraph.schema),
      lattice: buildTypeLattice(supergraph.schema),
      subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({
        name,
        url: urlOverrides.get(name) ?? url,
      })),
    });
  } catch (cause) {
    throw new MeshgateError('SUPERGRAPH_INVALID', {
      message: `The supergraph schema cannot be loaded: ${(cause as Error).message}`,
      cause,
    });
  }
}
