import { Lookup } from '../../../shared/lang/lookup.ts';
import type { CounterSeries, Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { CachedOperation } from '../../cache/cached-operation.ts';
import type { CacheState } from './cache-state.ts';

type LookedState = Exclude<CacheState, 'bypass'>;

/** An operation, as far as it has to be known here. */
type AskedOperation = Pick<CachedOperation, 'products' | 'typesOf'>;

/** What was found of one operation since that was told. */
interface Tally {
  readonly lookups: Record<LookedState, number>;
  ageSeconds: number;
}

/** What is told of one type of a product. */
interface Told {
  readonly lookups: Lookup<LookedState, CounterSeries>;
  readonly ages: CounterSeries;
}

/** So many operations are told at the latest, so that no memory is taken where nobody reads the metrics. */
const MOST_OPERATIONS = 1000;

/**
 * Counts what is found by each product and type that an answer may hold data of. There may be dozens
 * for one answer, so requests are counted for each operation, and told of each type when the metrics are read.
 */
export class LookupTally {
  readonly #untold = new Map<AskedOperation, Tally>();
  readonly #told: Lookup<string, Lookup<string, Told>>;

  constructor(metrics: Metrics) {
    this.#told = new Lookup(
      (subgraph) => new Lookup((type) => createTold(metrics, subgraph, type)),
    );
    metrics.beforeReading(() => this.#tell());
  }

  /** @param ageSeconds Of the answer that was given; 0 for one that was made. */
  add(operation: AskedOperation, state: LookedState, ageSeconds: number): void {
    let tally = this.#untold.get(operation);
    if (tally === undefined) {
      if (this.#untold.size >= MOST_OPERATIONS) this.#tell();
      tally = createTally();
      this.#untold.set(operation, tally);
    }
    tally.lookups[state] += 1;
    tally.ageSeconds += ageSeconds;
  }

  #tell(): void {
    for (const [operation, tally] of this.#untold) {
      for (const product of operation.products) {
        const types = this.#told.get(product);
        for (const type of operation.typesOf(product)) tell(tally, types.get(type));
      }
    }
    this.#untold.clear();
  }
}

function createTally(): Tally {
  const lookups = { hit: 0, shared_hit: 0, stale: 0, stale_if_error: 0, miss: 0 };
  return { lookups, ageSeconds: 0 };
}

function createTold(metrics: Metrics, subgraph: string, type: string): Told {
  const ages = metrics.counter('gateway_response_cache_type_age_seconds_total', subgraph, type);
  const lookups = new Lookup((state: LookedState) =>
    metrics.counter('gateway_response_cache_type_lookups_total', subgraph, type, state),
  );
  return { lookups, ages };
}

function tell({ lookups, ageSeconds }: Tally, told: Told): void {
  for (const [state, count] of Object.entries(lookups)) {
    if (count > 0) told.lookups.get(state as LookedState).inc(count);
  }
  told.ages.inc(ageSeconds);
}
