import { buildASTSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import type { TagIndex } from '../policy/tag-index.ts';
import type { JoinNames } from './join-names.ts';
import type { CacheTagFormat } from './read-cache-tags.ts';
import type { EntityKeys } from './read-entity-keys.ts';
import type { RequirementIndex } from './requirement-index.ts';
import { type TypeLattice, type TypeRelations, toTypeLattice } from './type-lattice.ts';

/** One subgraph of the supergraph and where it listens. */
export interface SubgraphLocation {
  readonly name: string;
  /** HTTP(S) URL of its GraphQL endpoint. */
  readonly url: string;
}

/**
 * What was read of a supergraph, as plain data: reading takes long, so it happens
 * in another thread, and this arrives as a structured clone.
 */
export interface SupergraphFacts {
  /** First 16 hexadecimal digits of the SHA-256 of the supergraph SDL. */
  readonly version: string;
  /** The text that was read. */
  readonly sdl: string;
  /** What clients see, as SDL: the API schema, without inaccessible elements. */
  readonly apiSdl: string;
  readonly requirements: RequirementIndex;
  readonly tags: TagIndex;
  readonly relations: TypeRelations;
  /** Names of the fields by which subgraphs are joined. */
  readonly joinNames: JoinNames;
  /** Every use of `@cacheTag`. */
  readonly cacheTags: readonly CacheTagFormat[];
  /** By which fields entities are told apart. */
  readonly entityKeys: EntityKeys;
  /** With the URLs that the supergraph gives. */
  readonly subgraphs: readonly SubgraphLocation[];
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
  /** The text that it was loaded from; planners are made from it. */
  readonly sdl: string;
  /** What clients see: the API schema, without inaccessible elements. */
  readonly schema: GraphQLSchema;
  readonly requirements: RequirementIndex;
  /** What data products say of their elements; governance rules say what follows from it. */
  readonly tags: TagIndex;
  /** Sub-type relations of the whole supergraph, inaccessible types included. */
  readonly lattice: TypeLattice;
  /** Names of the fields by which subgraphs are joined. */
  readonly joinNames: JoinNames;
  /** Every use of `@cacheTag`. */
  readonly cacheTags: readonly CacheTagFormat[];
  /** By which fields entities are told apart. */
  readonly entityKeys: EntityKeys;
  readonly subgraphs: readonly SubgraphLocation[];
}

/** Parses what clients see: half the work of making a snapshot, so that requests may go on in between. */
export function parseApiSchema({ apiSdl }: SupergraphFacts): DocumentNode {
  return parse(apiSdl, { noLocation: true });
}

/**
 * Makes a snapshot of what was read. Synchronous; for 2,000 types it takes 50 ms, and parsing as
 * much, where reading takes two seconds.
 *
 * @param urlOverrides URL by subgraph name, for those that listen elsewhere than the SDL says.
 * @param api What `parseApiSchema` gave.
 */
export function toSupergraphSnapshot(
  facts: SupergraphFacts,
  urlOverrides: ReadonlyMap<string, string> = new Map(),
  api: DocumentNode = parseApiSchema(facts),
): SupergraphSnapshot {
  const { version, sdl, requirements, tags, joinNames, cacheTags, entityKeys } = facts;
  return Object.freeze({
    version,
    sdl,
    // The supergraph was checked when it was read, and its API schema with it.
    schema: buildASTSchema(api, { assumeValid: true, assumeValidSDL: true }),
    requirements,
    tags,
    lattice: toTypeLattice(facts.relations),
    joinNames,
    cacheTags,
    entityKeys,
    subgraphs: facts.subgraphs.map(({ name, url }) => ({
      name,
      url: urlOverrides.get(name) ?? url,
    })),
  });
}
