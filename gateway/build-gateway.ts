/**
 * The composition root: builds every stage and hands each what it needs.
 * How a request passes through them is `answer-graphql.ts`.
 *
 * @module
 */
import type { ChangeNotice } from '../shared/changes/change-notice.ts';
import type { Redis } from '../shared/redis/create-redis.ts';
import type { Metrics } from '../shared/telemetry/create-metrics.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { Audit } from './audit/create-audit.ts';
import { createShareQueries, type ShareQueries, shareNothing } from './cache/share-queries.ts';
import type { GatewayConfig } from './config/config-schema.ts';
import type { LiveOperationList } from './documents/live-operation-list.ts';
import { createHttpServer, type HttpServer } from './http/create-http-server.ts';
import type { ExampleOperation, ReadinessReport, StartPageFacts } from './http/edge-types.ts';
import type { CredentialRegister } from './identity/credential-register.ts';
import type { IssuerSettings } from './identity/issuer-settings.ts';
import { createRateLimit, type LimitRate } from './identity/rate-limit/create-rate-limit.ts';
import {
  createDescribeTold,
  createSubgraphHeaders,
} from './identity/trust/create-subgraph-headers.ts';
import type { SubgraphTokens } from './identity/trust/create-subgraph-tokens.ts';
import type { RowClaims } from './identity/trust/row-claims.ts';
import type { GrantRegister } from './policy/grants/grant-register.ts';
import { createDecidedPolicies, type LivePolicies } from './policy/live-policies.ts';
import { createWindowStates } from './policy/windows/window-states.ts';
import type { LiveClassification } from './supergraph/live-classification.ts';
import type { LiveSupergraph } from './supergraph/live-supergraph.ts';
import type { SupergraphSnapshot } from './supergraph/supergraph-snapshot.ts';
import { createAnswerGraphql } from './wiring/request/answer-graphql.ts';
import { buildDocuments } from './wiring/request/build-documents.ts';
import { buildIdentity } from './wiring/request/build-identity.ts';
import { buildResponseCache } from './wiring/request/build-response-cache.ts';
import { createInvalidateCache } from './wiring/request/create-invalidate-cache.ts';
import { createGrantsOf, createRightsOf } from './wiring/request/create-rights-of.ts';
import { createExplainAccess } from './wiring/request/explain-access.ts';
import { createExplainCache } from './wiring/request/explain-cache.ts';
import { createRequestObserver, type RequestObserver } from './wiring/request/observe-requests.ts';
import {
  toAnswerSettings,
  toEdgeSettings,
  toPreparationSettings,
} from './wiring/request/room-settings.ts';
import type { Executed } from './wiring/request/run-request.ts';
import type { SupergraphGeneration } from './wiring/supergraph/build-generation.ts';
import { buildLiveSupergraph } from './wiring/supergraph/build-live-supergraph.ts';
import {
  type CheckOperations,
  createCheckOperations,
} from './wiring/supergraph/check-operations.ts';
import type { SwapSupergraph } from './wiring/supergraph/create-swap-supergraph.ts';
import type { LoadedSupergraph, LoadSupergraph } from './wiring/supergraph/load-supergraph.ts';

/** What the gateway needs from outside besides its configuration. */
export interface GatewayDoors {
  /** The supergraph to begin with. */
  readonly supergraph: LoadedSupergraph;
  /** Loads those that take over from it. */
  readonly loadSupergraph: LoadSupergraph;
  /** Null when no token is sent to subgraphs. */
  readonly subgraphTokens: SubgraphTokens | null;
  /** Which claims are in the tokens. */
  readonly rowClaims: RowClaims;
  /** Those of the configuration, with their secrets. */
  readonly issuers: readonly IssuerSettings[];
  /** API keys, and what was revoked. */
  readonly register: CredentialRegister;
  readonly grants: GrantRegister;
  /** Null keeps no record of who saw classified data. */
  readonly audit: Audit | null;
  /** What decides the names of `@policy`. */
  readonly policies: LivePolicies;
  /** What follows from how data is classified. */
  readonly classification: LiveClassification;
  /** Null where there is none. */
  readonly operationList: LiveOperationList | null;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  readonly startPage: (snapshot: SupergraphSnapshot) => StartPageFacts;
  readonly exampleOperations: () => readonly ExampleOperation[];
  /** Folder of the built portal; null serves no page but the start page. */
  readonly portalFolder: string | null;
  readonly metrics: Metrics;
  /** Renders what `/metrics` shows: the metrics of all workers, where there are several. */
  readonly renderMetrics: () => Promise<string>;
  /** Tells other gateways that data has changed. */
  readonly announceChange: (notice: ChangeNotice) => void;
  /** What `POST /cache/invalidate` asks for; null does not serve it. */
  readonly invalidationKey: string | null;
  /** The same Redis, for kept answers: another connection, so that neither holds up the other. */
  readonly cacheRedis: Redis | null;
  /** With which answers in Redis are encrypted; the first for new ones. */
  readonly cacheSecrets: readonly string[];
  /** Shared by all replicas; null keeps everything in this process. */
  readonly redis: Redis | null;
}

/** A gateway that listens when it is told to. */
export interface Gateway extends HttpServer {
  /** Whoever has a newer supergraph calls this. */
  readonly swapSupergraph: SwapSupergraph;
  /** Forgets what is kept of data that has changed. */
  readonly forget: (notice: ChangeNotice) => void;
  /** Called whenever another operation list is in force. */
  readonly checkOperations: CheckOperations;
}

/** Builds a gateway for one configuration. */
export function buildGateway(config: GatewayConfig, doors: GatewayDoors): Gateway {
  const { log, metrics } = doors;
  const observer = createRequestObserver(metrics, log);

  const identity = buildIdentity(config, doors, observer);
  const headersFor = createSubgraphHeaders(doors.subgraphTokens, config.FORWARD_HEADERS);
  const grantsOf = createGrantsOf(doors.grants, doors.now);
  const decidedPolicies = createDecidedPolicies(doors.policies, observer.policyDecided);
  const replaceable = buildLiveSupergraph(config, doors, headersFor, observer);
  const { live, prepare, swapSupergraph } = replaceable;

  const kept = buildResponseCache(config, doors, observer, live);
  const forgetEverywhere = (notice: ChangeNotice): number => {
    doors.announceChange(notice);
    return kept.forget(notice);
  };

  const windowStates = createWindowStates(() => doors.classification.rules, doors.now);
  const rightsOf = createRightsOf(decidedPolicies, grantsOf, windowStates);
  const answerGraphql = createAnswerGraphql(
    {
      authenticate: identity.authenticate,
      limitRate: buildRateLimit(config, doors, observer),
      rightsOf,
      grantsOf,
      findDocument: buildDocuments(config, doors, observer.redisFailed),
      prepare,
      live,
      cache: kept.cache,
      parts: kept.parts,
      onMutation: (product) => forgetEverywhere({ product, types: null }),
      explain: createExplainAccess(config, (snapshot) => doors.classification.of(snapshot)),
      explainCache: createExplainCache(config, toAnswerSettings(config), doors.now),
      share: buildShare(config, observer),
      headersFor,
      describeTold: buildDescribeTold(config, doors),
      audit: doors.audit,
      observer,
      now: doors.now,
      random: doors.random,
    },
    toAnswerSettings(config),
  );
  const server = createHttpServer(toEdgeSettings(config, doors.portalFolder), {
    answerGraphql,
    invalidateCache: buildInvalidateCache(doors, forgetEverywhere),
    ready: () => reportReadiness(live),
    metrics: async () => ({ contentType: metrics.contentType, body: await doors.renderMetrics() }),
    jwks: () => doors.subgraphTokens?.publicJwks ?? { keys: [] },
    observeRequest: observer.request,
    log,
    startPage: () => doors.startPage(live.current.generation.snapshot),
    exampleOperations: doors.exampleOperations,
  });
  const settings = toPreparationSettings(config);
  const checkOperations = createCheckOperations({ ...doors, live, prepare, settings, rightsOf });
  return {
    ...server,
    swapSupergraph: checkAfter(swapSupergraph, checkOperations),
    checkOperations,
    forget: kept.forget,
    async close(drainMs) {
      await server.close(drainMs);
      identity.close();
      kept.stop();
      await live.close();
    },
  };
}

/** Another supergraph may not fit what fitted the last one. */
function checkAfter(swapSupergraph: SwapSupergraph, check: CheckOperations): SwapSupergraph {
  return async (sdl) => {
    const outcome = await swapSupergraph(sdl);
    if (outcome.kind === 'swapped') void check();
    return outcome;
  };
}

async function reportReadiness({
  current: { generation, since },
}: LiveSupergraph<SupergraphGeneration>): Promise<ReadinessReport> {
  const products = await generation.probe();
  const ready = products.length === 0 || products.some(({ state }) => state === 'up');
  const supergraphSince = new Date(since).toISOString();
  return { ready, supergraph: generation.snapshot.version, supergraphSince, products };
}

function buildDescribeTold(
  { FORWARD_HEADERS }: GatewayConfig,
  { subgraphTokens, rowClaims }: GatewayDoors,
) {
  return createDescribeTold(subgraphTokens === null ? null : rowClaims, FORWARD_HEADERS);
}

function buildInvalidateCache(
  { invalidationKey: key }: GatewayDoors,
  forget: (notice: ChangeNotice) => number,
) {
  return key === null ? null : createInvalidateCache(key, forget);
}

function buildShare(config: GatewayConfig, observer: RequestObserver): ShareQueries<Executed> {
  if (!config.DEDUPLICATE_QUERIES) return shareNothing;
  return createShareQueries(config.FORWARD_HEADERS, observer.deduplicated);
}

function buildRateLimit(
  config: GatewayConfig,
  { redis, now }: GatewayDoors,
  observer: RequestObserver,
): LimitRate | null {
  const { RATE_LIMIT_REQUESTS, RATE_LIMIT_WINDOW_SECONDS: windowSeconds } = config;
  if (RATE_LIMIT_REQUESTS === 0) return null;
  // A primary hands connections to its workers in turn and knows no caller, so each admits a share.
  const requests = redis === null ? toShare(RATE_LIMIT_REQUESTS, config) : RATE_LIMIT_REQUESTS;
  const onRedisFailure = observer.redisFailed;
  return createRateLimit({ requests, windowSeconds, redis, now, onRedisFailure });
}

function toShare(requests: number, { WORKERS }: GatewayConfig): number {
  return WORKERS === 'auto' ? requests : Math.ceil(requests / WORKERS);
}
