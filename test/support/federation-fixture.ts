/**
 * A small federation in one process: real subgraph schemas, real composition,
 * the real engine; only the wire between them is a function call.
 *
 * @module
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLFieldResolver, type GraphQLSchema, graphql, parse } from 'graphql';
import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { createLoadEntities } from '../../gateway/execution/calls/entity-loads.ts';
import type {
  CallSubgraph,
  SubgraphAnswer,
  SubgraphCall,
} from '../../gateway/execution/calls/subgraph-answer.ts';
import { readAnswerBytes } from '../../gateway/execution/calls/subgraph-answer.ts';
import { CompiledOperation } from '../../gateway/execution/execute-operation.ts';
import type { ExecutionResult } from '../../gateway/execution/execution-result.ts';
import { AnswerMemory } from '../../gateway/execution/repetition/answer-memory.ts';
import type { ClassificationOf } from '../../gateway/operation/operation-shape.ts';
import type { PreparationSettings } from '../../gateway/operation/parse-operation.ts';
import { createPrepareOperation } from '../../gateway/operation/prepare-operation.ts';
import { createPlanner } from '../../gateway/planning/create-planner.ts';
import { UNCLASSIFIED } from '../../gateway/policy/classification.ts';
import type { Rights } from '../../gateway/policy/requirement.ts';
import { loadSupergraphSnapshot } from '../../gateway/supergraph/load-supergraph-snapshot.ts';
import type { Problem } from '../../shared/errors/problem.ts';

export type FixtureResolvers = Record<
  string,
  Record<string, GraphQLFieldResolver<never, unknown> | ((...given: never[]) => unknown)>
>;

export interface FixtureSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: FixtureResolvers;
  /** Federation 1 has no `@link`; left out, the SDL gets one unless it has its own. */
  readonly federation?: 1;
  /** What it says over HTTP of keeping its answers; left out, it says nothing. */
  readonly cacheControl?: string;
}

/** What the engine answered, with its data as a value. */
export interface FederationAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly Problem[];
}

export interface SentRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const OPEN_LIMITS: PreparationSettings = {
  limits: {
    tokens: 10_000,
    depth: 50,
    aliases: 500,
    rootFields: 100,
    directives: 500,
    selections: 50_000,
  },
  introspection: true,
  suggestions: true,
  dryRun: false,
  narrowsIntrospection: false,
};

/** Enough for every operation of a test. */
export const PLAN_CACHE_BYTES = 64 * 1024 * 1024;
const ANSWER_MEMORY_BYTES = 16 * 1024 * 1024;

export const NOBODY: Rights = { authenticated: false, scopes: new Set(), policies: new Set() };

/** Rights of a caller with these scopes. */
export function holding(...scopes: string[]): Rights {
  return { authenticated: true, scopes: new Set(scopes), policies: new Set() };
}

export const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@inaccessible", "@override", "@tag",
  "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])\n`;

/** Composing takes a tenth of a second; one list of subgraphs is composed once. */
const composedBefore = new WeakMap<readonly FixtureSubgraph[], ReturnType<typeof compose>>();

function compose(subgraphs: readonly FixtureSubgraph[]) {
  const sources = subgraphs.map(({ name, sdl, federation }) => ({
    name,
    url: `http://${name}.test/graphql`,
    sdl: federation === 1 || sdl.includes('@link(') ? sdl : FEDERATION + sdl,
  }));
  const composed = composeSupergraph(sources);
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors, null, 2));
  const { supergraphSdl } = composed;
  const schemas = new Map<string, GraphQLSchema>(
    subgraphs.map(({ name, resolvers }, index) => [
      name,
      buildSubgraphSchema([
        { typeDefs: parse(sources[index]?.sdl ?? ''), resolvers: resolvers as never },
      ]),
    ]),
  );
  return {
    supergraphSdl,
    schemas,
    snapshot: loadSupergraphSnapshot(supergraphSdl),
    planner: createPlanner(supergraphSdl),
  };
}

/**
 * Composes the subgraphs and makes the engine ready to be asked.
 *
 * @param keysTold As `CompiledOperation` takes it.
 */
export function createFederation(
  subgraphs: readonly FixtureSubgraph[],
  settings: PreparationSettings = OPEN_LIMITS,
  classificationOf: ClassificationOf = () => UNCLASSIFIED,
  memory: AnswerMemory | null = new AnswerMemory(ANSWER_MEMORY_BYTES),
  keysTold: number | null = null,
) {
  const composed = composedBefore.get(subgraphs) ?? compose(subgraphs);
  composedBefore.set(subgraphs, composed);
  const { supergraphSdl, schemas, snapshot, planner } = composed;
  const sent: SentRequest[] = [];
  const failures: Error[] = [];
  const overrides = new Map<string, (call: SubgraphCall) => SubgraphAnswer>();

  const callSubgraph: CallSubgraph = (call) => {
    const { query, variables = {} } = JSON.parse(call.body) as SentRequest;
    sent.push({ subgraph: call.subgraph, query, variables });
    const override = overrides.get(call.subgraph);
    return {
      abort() {},
      answer: Promise.resolve().then(async () => {
        if (override !== undefined) return override(call);
        const schema = schemas.get(call.subgraph) as GraphQLSchema;
        const result = await graphql({ schema, source: query, variableValues: variables });
        const bytes = Buffer.from(JSON.stringify(result));
        return readAnswerBytes(call.subgraph, 200, [bytes], call.known);
      }),
    };
  };

  const loadEntities = createLoadEntities(callSubgraph, memory);
  const prepare = createPrepareOperation(
    PLAN_CACHE_BYTES,
    settings,
    (document) => planner.plan(document),
    (prepared) => new CompiledOperation(prepared, keysTold),
    { hit() {}, miss() {}, evicted() {}, failed: (error) => failures.push(error) },
    () => performance.now(),
    classificationOf,
  );

  const execute = async (
    query: string,
    variables: Readonly<Record<string, unknown>> | null = null,
    rights: Rights = NOBODY,
  ): Promise<ExecutionResult> => {
    const outcome = await prepare(query, null, rights, snapshot);
    if (!outcome.ok) return { problems: outcome.problems };
    return outcome.executable.execute({
      variables,
      callSubgraph,
      loadEntities,
      memory,
      headersFor: () => ({}),
      timeoutMs: 5000,
    });
  };

  return {
    snapshot,
    supergraphSdl,
    schemas,
    /** Every request that reached a subgraph, in order. */
    sent,
    /** Why operations could not be planned; their answers say only that. */
    failures,
    prepare,
    /** Makes a subgraph answer something else from now on. */
    override: (name: string, answer: (call: SubgraphCall) => SubgraphAnswer) =>
      overrides.set(name, answer),
    /** Answers as the engine does, with the data as text. */
    execute,
    /** Answers with the data as a value. */
    async ask(...asked: Parameters<typeof execute>): Promise<FederationAnswer> {
      const { dataText, problems } = await execute(...asked);
      return dataText === undefined ? { problems } : { data: JSON.parse(dataText), problems };
    },
  };
}
