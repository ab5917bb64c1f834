import { setTimeout } from 'node:timers/promises';
import {
  type ChangeNotice,
  readChangeNotice,
  writeChangeNotice,
} from '../../../shared/changes/change-notice.ts';
import type { Redis } from '../../../shared/redis/create-redis.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import { AnswerCache } from '../../cache/answer-cache.ts';
import type { Forgetting } from '../../cache/answer-store.ts';
import type { SharedAnswers } from '../../cache/cache-query.ts';
import { PartCache } from '../../cache/parts/part-cache.ts';
import { SharedParts } from '../../cache/parts/shared-parts.ts';
import { EVERY_PRODUCT } from '../../cache/shared/followed-epochs.ts';
import { createSealValue } from '../../cache/shared/seal-value.ts';
import { SharedValues } from '../../cache/shared/shared-values.ts';
import { toForgettings } from '../../cache/to-forgettings.ts';
import { toOpenNotice } from '../../cache/to-open-notice.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import type { RowClaims } from '../../identity/trust/row-claims.ts';
import type { LiveSupergraph } from '../../supergraph/live-supergraph.ts';
import type { SupergraphGeneration } from '../supergraph/build-generation.ts';
import type { RequestObserver } from './observe-requests.ts';
import { cannotKnowCallers, countAuditedKeys } from './room-settings.ts';
import type { Executed } from './run-request.ts';
import { fromStoredAnswer, toStoredAnswer } from './stored-answer.ts';
import { createTypeGauges, type TypeUsage } from './type-gauges.ts';

export interface ResponseCacheDoors {
  readonly metrics: Metrics;
  /** Null where nothing is shared. */
  readonly cacheRedis: Redis | null;
  readonly cacheSecrets: readonly string[];
  readonly rowClaims: RowClaims;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
}

export interface ResponseCache {
  /** Null keeps nothing. */
  readonly cache: AnswerCache<Executed> | null;
  /** Null keeps no parts of answers. */
  readonly parts: PartCache | null;
  /** Forgets what has changed; returns how many answers and parts of this process that were, a count. */
  readonly forget: (notice: ChangeNotice) => number;
  /** Looks no longer for what others say has changed. */
  readonly stop: () => void;
}

/** How often it is looked what other processes say has changed: half of the time that may take. */
const LOOK_MS = 250;

/** How long a gateway waits at most for another one that is making an answer, or asking for a part. */
const LONGEST_WAIT_MS = 4000;
/** It may use no more than this part of the time for a request. */
const WAITING_SHARE = 4;

/** Builds what keeps answers and their parts, in this process and, with a Redis, in all. */
export function buildResponseCache(
  config: GatewayConfig,
  doors: ResponseCacheDoors,
  { cache: observer, parts: partObserver }: RequestObserver,
  live: LiveSupergraph<SupergraphGeneration>,
): ResponseCache {
  const { cacheRedis: redis, cacheSecrets } = doors;
  const values =
    redis === null
      ? null
      : new SharedValues({
          redis,
          sealValue: createSealValue(cacheSecrets),
          scope: describeScope(config, doors.rowClaims),
          onFailure: observer.redisFailed,
        });
  const kept: KeptHere = {
    answers: buildAnswerCache(config, doors, observer, values),
    parts: buildPartCache(config, doors, partObserver, values),
  };
  return {
    cache: kept.answers,
    parts: kept.parts,
    forget(notice) {
      const { snapshot } = live.current.generation;
      const said = cacheSecrets.length > 0 ? notice : toOpenNotice(notice, snapshot);
      if (said === 'anything') values?.forget(EVERY_PRODUCT);
      else values?.forget(said.product, writeChangeNotice(said));
      return forgetNotice(kept, notice, live);
    },
    stop:
      values === null
        ? () => {}
        : follow(values, (notice) => void forgetNotice(kept, notice, live)),
  };
}

/** What this process keeps; null for nothing. */
interface KeptHere {
  readonly answers: AnswerCache<Executed> | null;
  readonly parts: PartCache | null;
}

function buildAnswerCache(
  config: GatewayConfig,
  { now, random, metrics }: ResponseCacheDoors,
  observer: RequestObserver['cache'],
  values: SharedValues | null,
): AnswerCache<Executed> | null {
  const { RESPONSE_CACHE_BYTES: capacityBytes } = config;
  if (capacityBytes === 0) return null;
  const isShared = values !== null && config.RESPONSE_CACHE_IN_REDIS;
  const cache = new AnswerCache<Executed>({
    capacityBytes,
    shared: isShared ? toSharedAnswers(values, now) : null,
    now,
    random,
    pause: setTimeout,
    longestWaitMs: toLongestWaitMs(config),
    onEvicted: observer.evicted,
    onForgot: observer.forgot,
    onRemakeFailed: observer.remakeFailed,
  });
  const bytes = metrics.gauge('gateway_response_cache_bytes');
  const answers = metrics.gauge('gateway_response_cache_answers');
  metrics.beforeReading(() => {
    bytes.set(cache.bytes);
    answers.set(cache.answers);
  });
  metrics.beforeReading(createTypeGauges(metrics, ANSWER_GAUGES, () => usageOfAnswers(cache)));
  return cache;
}

function buildPartCache(
  config: GatewayConfig,
  { now, random, metrics, cacheSecrets }: ResponseCacheDoors,
  observer: RequestObserver['parts'],
  values: SharedValues | null,
): PartCache | null {
  const { ENTITY_CACHE_BYTES: capacityBytes, ENTITY_CACHE_MISSING_SECONDS } = config;
  if (capacityBytes === 0) return null;
  const isShared = values !== null && config.ENTITY_CACHE_IN_REDIS;
  const cache = new PartCache({
    capacityBytes,
    missingSeconds: ENTITY_CACHE_MISSING_SECONDS,
    unstatedIsShared: cannotKnowCallers(config),
    moments: values,
    shared: isShared ? new SharedParts(values, now, cacheSecrets.length > 0) : null,
    now,
    pause: setTimeout,
    longestWaitMs: toLongestWaitMs(config),
    random,
    observer,
  });
  metrics.beforeReading(createTypeGauges(metrics, PART_GAUGES, () => usageOfParts(cache)));
  return cache;
}

const ANSWER_GAUGES = {
  bytes: 'gateway_response_cache_type_bytes',
  count: 'gateway_response_cache_type_answers',
} as const;

const PART_GAUGES = {
  bytes: 'gateway_entity_cache_bytes',
  count: 'gateway_entity_cache_parts',
} as const;

function* usageOfAnswers({ usage }: AnswerCache<Executed>): Iterable<TypeUsage> {
  for (const { answers, ...one } of usage) yield { ...one, count: answers };
}

function* usageOfParts({ usage }: PartCache): Iterable<TypeUsage> {
  for (const { subgraph, type, bytes, parts } of usage) {
    yield { product: subgraph, type, bytes, count: parts };
  }
}

/** Whole, as Redis has it. */
function toLongestWaitMs({ REQUEST_TIMEOUT_MS }: GatewayConfig): number {
  return Math.min(LONGEST_WAIT_MS, Math.floor(REQUEST_TIMEOUT_MS / WAITING_SHARE));
}

/** Settings by which two gateways with the same supergraph answer differently. */
function describeScope(config: GatewayConfig, { declared }: RowClaims): string {
  const { FORWARD_HEADERS, ROW_CLAIMS, SUBGRAPH_URLS, SUBGRAPH_ERRORS } = config;
  const { REQUIRE_AUTHENTICATION, SURROGATE_KEYS, SUBGRAPH_TRUST_KEY_FILE } = config;
  const sendsTokens = SUBGRAPH_TRUST_KEY_FILE !== null;
  const urls = Object.entries(SUBGRAPH_URLS).sort();
  const { AUTHORIZATION_MODE, AUTHORIZATION_ERRORS, MASK_SECRET } = config;
  const others = [
    ...[SUBGRAPH_ERRORS, REQUIRE_AUTHENTICATION, SURROGATE_KEYS, sendsTokens],
    ...[AUTHORIZATION_MODE, AUTHORIZATION_ERRORS, MASK_SECRET],
    // What is counted goes with the answer.
    countAuditedKeys(config),
  ];
  return JSON.stringify([FORWARD_HEADERS, ROW_CLAIMS, declared, urls, ...others]);
}

/** Parts first, so that no answer is made of what is to be forgotten. */
function forgetBoth({ parts, answers }: KeptHere, what: Forgetting | 'everything'): number {
  const count = parts?.forget(what) ?? 0;
  return count + (answers?.forget(what) ?? 0);
}

function forgetNotice(
  kept: KeptHere,
  notice: ChangeNotice,
  live: LiveSupergraph<SupergraphGeneration>,
): number {
  return toForgettings(notice, live.current.generation.snapshot).reduce(
    (count, what) => count + forgetBoth(kept, what),
    0,
  );
}

/** Forgets in this process what others have said in Redis has changed. */
function follow(values: SharedValues, forget: (notice: ChangeNotice) => void): () => void {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    for (const { product, changes } of await values.look()) {
      const anyOfIt: ChangeNotice = { product, types: null };
      for (const notice of changes?.map(readChangeNotice) ?? [anyOfIt]) {
        const isAbout = notice === 'anything' || notice.product === product;
        forget(isAbout ? notice : anyOfIt);
      }
    }
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** An answer is put there for the time that it is fresh: stale ones are for who has them. */
function toSharedAnswers(values: SharedValues, now: () => number): SharedAnswers<Executed> {
  return {
    async find(keys, products, place, wanted) {
      const { value, ...found } = await values.find(keys, products, place, wanted);
      return { made: value === undefined ? null : fromStoredAnswer(value, now()), ...found };
    },
    keep(key, kept, products, ticket) {
      const ttlMs = kept.freshUntilMs - now();
      const before = kept.value.keptMoments ?? undefined;
      values.keep(key, toStoredAnswer(kept), ttlMs, products, ticket, before);
    },
  };
}
