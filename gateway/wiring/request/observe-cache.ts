import { countDifferences } from '../../../shared/lang/count-differences.ts';
import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { CachedOperation } from '../../cache/cached-operation.ts';
import type { PreparedOperation } from '../../operation/prepare-operation.ts';
import type { CacheState } from './cache-state.ts';
import type { CallsOfType } from './count-calls.ts';
import { LookupTally } from './lookup-tally.ts';

/** An answer, as far as it is compared. */
export interface ComparedAnswer {
  readonly requestId: string;
  readonly answer: { readonly body: string | Uint8Array };
  readonly hasFailed: boolean;
  readonly subgraphs: ReadonlySet<string>;
}

export interface CacheObserver {
  /**
   * @param operation Null where the cache has no part in it.
   * @param ageSeconds Of the answer that was given; left out for one that was made.
   */
  readonly looked: (
    state: CacheState,
    operation: CachedOperation | null,
    ageSeconds?: number,
  ) => void;
  /** An answer of the products, beside the one that would have been given; null for none. */
  readonly compared: (
    operation: PreparedOperation,
    made: ComparedAnswer,
    kept: ComparedAnswer | null,
  ) => void;
  /** These calls were not made, because an answer was kept. */
  readonly saved: (calls: readonly CallsOfType[]) => void;
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
  const ages = metrics.counter('gateway_response_cache_age_seconds_total');
  const tally = new LookupTally(metrics);
  const comparisons = new Lookup((result: string) =>
    metrics.counter('gateway_response_cache_shadow_total', result),
  );
  const evictions = metrics.counter('gateway_response_cache_evictions_total');
  const forgotten = metrics.counter('gateway_response_cache_forgotten_total');
  const redisFailures = metrics.counter('gateway_response_cache_redis_failures_total');
  const savedCalls = new Lookup(
    (subgraph: string) =>
      new Lookup((type: string) =>
        metrics.counter('gateway_response_cache_saved_calls_total', subgraph, type),
      ),
  );
  return {
    looked(state, operation, ageSeconds = 0) {
      lookups.get(state).inc();
      ages.inc(ageSeconds);
      if (operation !== null && state !== 'bypass') tally.add(operation, state, ageSeconds);
    },
    compared({ parsed }, made, kept) {
      // What failed says nothing of what is kept.
      if (made.hasFailed) return;
      const paths = kept === null ? 0 : countPaths(made.answer.body, kept.answer.body);
      const result = kept === null ? 'absent' : paths === 0 ? 'same' : 'different';
      comparisons.get(result).inc();
      if (paths === 0) return;
      const facts = { requestId: made.requestId, operation: parsed.name, paths };
      const products = [...made.subgraphs];
      log.warn({ ...facts, products }, 'a kept answer differs from what the products say');
    },
    saved(calls) {
      for (const { product, type, count } of calls) savedCalls.get(product).get(type).inc(count);
    },
    evicted: () => evictions.inc(),
    forgot: (answers) => forgotten.inc(answers),
    redisFailed: () => redisFailures.inc(),
    remakeFailed: (error) => log.error({ err: error }, 'a kept answer was not made anew'),
  };
}

/** At least 1 for bodies that are not the same text. */
function countPaths(made: string | Uint8Array, kept: string | Uint8Array): number {
  const [one, other] = [toText(made), toText(kept)];
  return one === other ? 0 : Math.max(1, countDifferences(JSON.parse(one), JSON.parse(other)));
}

function toText(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}
