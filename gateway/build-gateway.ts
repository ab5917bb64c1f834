/**
 * The composition root: builds every stage and hands each what it needs.
 * How a request passes through them is `answer-graphql.ts`.
 *
 * @module
 */
import type { Redis } from '../shared/redis/create-redis.ts';
import { createMetrics } from '../shared/telemetry/create-metrics.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { createAnswerGraphql } from './answer-graphql.ts';
import type { GatewayConfig } from './config/config-schema.ts';
import { createLoadEntities } from './execution/entity-loads.ts';
import { CompiledOperation } from './execution/execute-operation.ts';
import { createProbeSubgraphs } from './execution/probe-subgraphs.ts';
import { createSubgraphClient } from './execution/subgraph-client.ts';
import { createHttpServer, type HttpServer } from './http/create-http-server.ts';
import type { ExampleOperation, StartPageFacts } from './http/edge-types.ts';
import { createAuthenticate } from './identity/create-authenticate.ts';
import { createRateLimit, type LimitRate } from './identity/create-rate-limit.ts';
import { createOwnHeaders, createSubgraphHeaders } from './identity/create-subgraph-headers.ts';
import type { SubgraphTokens } from './identity/create-subgraph-tokens.ts';
import { createRequestObserver, type RequestObserver } from './observe-requests.ts';
import { createPrepareOperation } from './operation/prepare-operation.ts';
import { toAnswerSettings, toEdgeSettings, toPreparationSettings } from './room-settings.ts';
import type { SupergraphSnapshot } from './supergraph/supergraph-snapshot.ts';

/** What the gateway needs from outside besides its configuration. */
export interface GatewayDoors {
  readonly snapshot: SupergraphSnapshot;
  /** Null when no token is sent to subgraphs. */
  readonly subgraphTokens: SubgraphTokens | null;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly startPage: () => StartPageFacts;
  readonly exampleOperations: () => readonly ExampleOperation[];
  /** Folder of the built portal; null serves no page but the start page. */
  readonly portalFolder: string | null;
  /** Shared by all replicas; null keeps everything in this process. */
  readonly redis: Redis | null;
}

/** How long the state of the products is believed, in milliseconds. */
const PROBE_KEPT_MS = 1000;

/** Builds a gateway for one configuration; it listens when it is told to. */
export function buildGateway(config: GatewayConfig, doors: GatewayDoors): HttpServer {
  const { snapshot, log } = doors;
  const metrics = createMetrics('gateway');
  const observer = createRequestObserver(metrics, log);

  const authenticate = createAuthenticate({
    issuers: config.ISSUERS,
    requiresAuthentication: config.REQUIRE_AUTHENTICATION,
    rowClaims: config.ROW_CLAIMS,
    tokenBytes: config.TOKEN_BYTES,
    now: doors.now,
    onKeysUnavailable: observer.keysUnavailable,
  });
  const prepare = createPrepareOperation(
    config.PLAN_CACHE_ENTRIES,
    toPreparationSettings(config),
    (prepared) => new CompiledOperation(prepared),
    observer.preparation,
  );
  const subgraphs = createSubgraphClient(snapshot.subgraphs, {
    timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    connections: config.SUBGRAPH_CONNECTIONS,
    responseBytes: config.SUBGRAPH_RESPONSE_BYTES,
    observe: observer.subgraphCall,
  });
  const headersFor = createSubgraphHeaders(doors.subgraphTokens, config.FORWARD_HEADERS);
  const probe = createProbeSubgraphs(
    snapshot.subgraphs.map(({ name }) => name),
    subgraphs.call,
    createOwnHeaders(headersFor),
    PROBE_KEPT_MS,
    doors.now,
  );

  const answerGraphql = createAnswerGraphql(
    {
      authenticate,
      limitRate: buildRateLimit(config, doors, observer),
      prepare,
      callSubgraph: subgraphs.call,
      loadEntities: createLoadEntities(subgraphs.call),
      headersFor,
      snapshot,
      observer,
    },
    toAnswerSettings(config),
  );
  const server = createHttpServer(toEdgeSettings(config, doors.portalFolder), {
    answerGraphql,
    async ready() {
      const products = await probe();
      const ready = products.length === 0 || products.some(({ state }) => state === 'up');
      return { ready, supergraph: snapshot.version, products };
    },
    metrics: async () => {
      metrics.gauge('gateway_plan_cache_entries').set(prepare.size());
      return { contentType: metrics.contentType, body: await metrics.render() };
    },
    jwks: () => doors.subgraphTokens?.publicJwks ?? { keys: [] },
    observeRequest: observer.request,
    log,
    startPage: doors.startPage,
    exampleOperations: doors.exampleOperations,
  });
  return {
    ...server,
    async close(drainMs) {
      await server.close(drainMs);
      await subgraphs.close();
    },
  };
}

function buildRateLimit(
  config: GatewayConfig,
  { redis, now }: GatewayDoors,
  observer: RequestObserver,
): LimitRate | null {
  const { RATE_LIMIT_REQUESTS: requests, RATE_LIMIT_WINDOW_SECONDS: windowSeconds } = config;
  if (requests === 0) return null;
  const onRedisFailure = observer.redisFailed;
  return createRateLimit({ requests, windowSeconds, redis, now, onRedisFailure });
}
