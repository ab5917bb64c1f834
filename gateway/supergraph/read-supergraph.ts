import { createHash } from 'node:crypto';
import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { print } from 'graphql';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { buildTagIndex } from './build-tag-index.ts';
import { collectJoinNames } from './join-names.ts';
import { readCacheTags } from './read-cache-tags.ts';
import { readEntityKeys } from './read-entity-keys.ts';
import { readTypeRelations } from './read-type-relations.ts';
import { buildRequirementIndex } from './requirement-index.ts';
import type { SupergraphFacts } from './supergraph-snapshot.ts';

/**
 * Features of the supergraph that must be understood before one byte is served:
 * a security feature that is not enforced here makes the supergraph unloadable.
 */
const UNDERSTOOD_FEATURES = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  'https://specs.apollo.dev/context/v0.1',
  'https://specs.apollo.dev/cacheTag/v0.1',
]);

/**
 * Reads a supergraph and checks it. Synchronous; a large one takes a second.
 *
 * @throws {MeshgateError} SUPERGRAPH_INVALID, with what is wrong with the text.
 * @see https://specs.apollo.dev/join/v0.5/
 */
export function readSupergraph(sdl: string): SupergraphFacts {
  try {
    const supergraph = Supergraph.build(sdl, {
      supportedFeatures: UNDERSTOOD_FEATURES,
      validateSupergraph: true,
    });
    return {
      version: createHash('sha256').update(sdl).digest('hex').slice(0, 16),
      sdl,
      apiSdl: print(supergraph.apiSchema().toAST()),
      requirements: buildRequirementIndex(supergraph.schema),
      tags: buildTagIndex(supergraph.schema),
      relations: readTypeRelations(supergraph.schema),
      joinNames: collectJoinNames(sdl),
      cacheTags: readCacheTags(sdl),
      entityKeys: readEntityKeys(supergraph.schema),
      subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
    };
  } catch (cause) {
    throw new MeshgateError('SUPERGRAPH_INVALID', {
      message: `The supergraph schema cannot be loaded: ${(cause as Error).message}`,
      cause,
    });
  }
}
