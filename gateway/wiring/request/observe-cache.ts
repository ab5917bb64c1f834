import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';

/**
 * Where a request could get its answer; `shared_hit` is from Redis, `bypass` what the cache has no
 * part in.
 */
export type CacheState = 'hit' | 'shared_hit' | 'stale' | 'stale_if_error' | 'miss' | 'bypass';

export interface CacheObserver {
  readonly looked: (state: CacheState) => void;
  /** So many calls of these products were not made, because an answer was kept. */
  readonly saved: (calls: ReadonlyMap<string, number>) => void;
  /** A kept answer had to make room. */
  readonly evicted: () => void;
  /** So many answers were forgotten before their time. */
  readonly forgot: (answers: number) => void;
  /** Redis did not do what it was asked, and the request went on without. */
  readonly redisFailed: () => void;
  /** An answer was not made anew because of a bug. */
  readonly remakeFailed: (error: unknown) => void;
}

/** What is seen of the response cache. */
export function observeCache(metrics: Metrics, log: Logger): CacheObserver {
  const lookups = new Lookup((state: CacheState) =>
    metrics.counter('gateway_response_cache_lookups_total', state),
  );
  const evictions = metrics.counter('gateway_response_cache_evictions_total');
  const forgotten = metrics.counter('gateway_response_cache_forgotten_total');
  const redisFailures = metrics.counter('gateway_response_cache_redis_failures_total');
  const savedCalls = new Lookup((subgraph: string) =>
    metrics.counter('gateway_response_cache_saved_calls_total', subgraph),
  );
  return {
    looked: (state) => lookups.get(state).inc(),
    saved(calls) {
      for (const [subgraph, count] of calls) savedCalls.get(subgraph).inc(count);
    },
    evicted: () => evictions.inc(),
    forgot: (answers) => forgotten.inc(answers),
    redisFailed: () => redisFailures.inc(),
    remakeFailed: (error) => log.error({ err: error }, 'a kept answer was not made anew'),
  };
}
