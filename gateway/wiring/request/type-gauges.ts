import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';

/** How much is kept of one type of a product. */
export interface TypeUsage {
  readonly product: string;
  readonly type: string;
  readonly bytes: number;
  readonly count: number;
}

/** The gauges that say so, by product and type. */
export interface TypeGauges {
  readonly bytes: 'gateway_entity_cache_bytes' | 'gateway_response_cache_type_bytes';
  readonly count: 'gateway_entity_cache_parts' | 'gateway_response_cache_type_answers';
}

/**
 * Creates what says how much is kept of each type of a product, to be called before that is read. Of what
 * is not kept any more it says that it is nothing.
 *
 * @param readUsage One type may come several times, and is added up.
 */
export function createTypeGauges(
  metrics: Metrics,
  gauges: TypeGauges,
  readUsage: () => Iterable<TypeUsage>,
): () => void {
  const told = new Lookup(
    (product: string) => new Lookup((type: string) => createTold(metrics, gauges, product, type)),
  );
  let before: ReadonlySet<Told> = new Set();
  return () => {
    for (const one of before) one.begin();
    const now = new Set<Told>();
    for (const { product, type, bytes, count } of readUsage()) {
      const one = told.get(product).get(type);
      one.add(bytes, count);
      now.add(one);
    }
    for (const one of new Set([...before, ...now])) one.end();
    before = now;
  };
}

/** What is told of one type. */
type Told = ReturnType<typeof createTold>;

function createTold(metrics: Metrics, gauges: TypeGauges, product: string, type: string) {
  const bytesGauge = metrics.gauge(gauges.bytes, product, type);
  const countGauge = metrics.gauge(gauges.count, product, type);
  let sums = { bytes: 0, count: 0 };
  return {
    begin() {
      sums = { bytes: 0, count: 0 };
    },
    add(bytes: number, count: number) {
      sums = { bytes: sums.bytes + bytes, count: sums.count + count };
    },
    end() {
      bytesGauge.set(sums.bytes);
      countGauge.set(sums.count);
    },
  };
}
