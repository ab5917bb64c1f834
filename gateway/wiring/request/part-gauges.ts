import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { PartCache } from '../../cache/parts/part-cache.ts';

/**
 * Creates what says how much is kept of each type of a product, to be called before that is read. Of what
 * is not kept any more it says that it is nothing.
 */
export function createPartGauges(metrics: Metrics, cache: PartCache): () => void {
  const told = new Lookup(
    (subgraph: string) => new Lookup((type: string) => createTold(metrics, subgraph, type)),
  );
  let before: readonly Told[] = [];
  return () => {
    for (const one of before) one.begin();
    const now = cache.usage.map(({ subgraph, type, bytes, parts }) => {
      const one = told.get(subgraph).get(type);
      one.add(bytes, parts);
      return one;
    });
    for (const one of new Set([...before, ...now])) one.end();
    before = now;
  };
}

/** What is told of one type. */
type Told = ReturnType<typeof createTold>;

function createTold(metrics: Metrics, subgraph: string, type: string) {
  const bytesGauge = metrics.gauge('gateway_entity_cache_bytes', subgraph, type);
  const partsGauge = metrics.gauge('gateway_entity_cache_parts', subgraph, type);
  let sums = { bytes: 0, parts: 0 };
  return {
    begin() {
      sums = { bytes: 0, parts: 0 };
    },
    add(bytes: number, parts: number) {
      sums = { bytes: sums.bytes + bytes, parts: sums.parts + parts };
    },
    end() {
      bytesGauge.set(sums.bytes);
      partsGauge.set(sums.parts);
    },
  };
}
