import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricsSnapshot } from './merge-metrics.ts';
import { METRIC_CATALOG, type MetricName } from './metric-catalog.ts';
import { type MetricDefinition, type MetricKind, SECONDS_BUCKETS } from './metric-definition.ts';

export interface CounterSeries {
  /** Adds to the count; 1 unless told otherwise, never negative. */
  inc(amount?: number): void;
}
export interface GaugeSeries {
  set(value: number): void;
}
export interface HistogramSeries {
  /** @param value In the unit of the metric. */
  observe(value: number): void;
}

type NamesOf<Kind extends MetricKind> = {
  [Name in MetricName]: (typeof METRIC_CATALOG)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

type LabelsOf<Name extends MetricName> = (typeof METRIC_CATALOG)[Name]['labels'];

/** One value per label of the catalog entry, in its order. */
type ValuesOf<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string };

/**
 * The metrics of one gateway or one product.
 *
 * Each method gives the series of these label values, made on first use and
 * remembered, so that asking on every request costs one map lookup. Label values
 * come from small sets; nothing of a request's own ever becomes one.
 */
export interface Metrics {
  counter<Name extends NamesOf<'counter'>>(
    name: Name,
    ...labels: ValuesOf<LabelsOf<Name>>
  ): CounterSeries;
  gauge<Name extends NamesOf<'gauge'>>(
    name: Name,
    ...labels: ValuesOf<LabelsOf<Name>>
  ): GaugeSeries;
  histogram<Name extends NamesOf<'histogram'>>(
    name: Name,
    ...labels: ValuesOf<LabelsOf<Name>>
  ): HistogramSeries;
  /** Calls `update` whenever the metrics are read, for gauges of what is counted elsewhere. */
  beforeReading(update: () => void): void;
  /** The Prometheus text exposition. */
  render(): Promise<string>;
  /** The same as values, to be merged with those of other processes. */
  snapshot(): Promise<MetricsSnapshot>;
  /** Media type of what `render` returns. */
  readonly contentType: string;
}

/**
 * Makes the metrics of one owner, with a registry of their own.
 *
 * @param owner Which part of the catalog it exports, by prefix.
 */
export function createMetrics(owner: 'gateway' | 'product'): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const families = new Map<string, Family>();
  for (const [name, definition] of Object.entries(METRIC_CATALOG)) {
    if (name.startsWith(`${owner}_`)) families.set(name, createFamily(registry, name, definition));
  }

  const series = new Map<string, Series>();
  const counts: Count[] = [];
  const find = (name: MetricName, labels: readonly string[]): Series => {
    const key = labels.length === 0 ? name : `${name}\n${labels.join('\n')}`;
    let found = series.get(key);
    if (found === undefined) {
      found = createSeries(families, name, labels);
      if (found instanceof Count) counts.push(found);
      series.set(key, found);
    }
    return found;
  };

  const updates: (() => void)[] = [];
  const read = <Reading>(as: () => Promise<Reading>): Promise<Reading> => {
    for (const update of updates) update();
    for (const count of counts) count.tell();
    return as();
  };

  return {
    counter: (name, ...labels) => find(name, labels) as CounterSeries,
    gauge: (name, ...labels) => find(name, labels) as GaugeSeries,
    histogram: (name, ...labels) => find(name, labels) as HistogramSeries,
    beforeReading: (update) => void updates.push(update),
    render: () => read(() => registry.metrics()),
    snapshot: () => read(() => registry.getMetricsAsJSON()),
    contentType: registry.contentType,
  };
}

type Family = Counter | Gauge | Histogram;
type Series = CounterSeries | GaugeSeries | HistogramSeries;

function createFamily(registry: Registry, name: string, definition: MetricDefinition): Family {
  const common = {
    name,
    help: definition.help,
    labelNames: [...definition.labels],
    registers: [registry],
  };
  switch (definition.kind) {
    case 'counter':
      return new Counter(common);
    case 'gauge':
      // Counts of several processes add up; of points in time the latest counts.
      return new Gauge({ ...common, aggregator: definition.unit === 'seconds' ? 'max' : 'sum' });
    case 'histogram':
      return new Histogram({ ...common, buckets: [...SECONDS_BUCKETS] });
  }
}

function createSeries(
  families: ReadonlyMap<string, Family>,
  name: MetricName,
  labels: readonly string[],
): Series {
  const family = families.get(name);
  if (family === undefined) throw new RangeError(`${name} belongs to another owner's metrics.`);
  return family instanceof Counter ? new Count(family.labels(...labels)) : family.labels(...labels);
}

/** Adds up by itself and tells that when the metrics are read: the family looks its labels up each time. */
class Count implements CounterSeries {
  readonly #series: CounterSeries;
  #added = 0;
  #isTold = true;

  constructor(series: CounterSeries) {
    this.#series = series;
  }

  inc(amount = 1): void {
    if (!(amount >= 0)) throw new RangeError(`A count goes up, never by ${amount}.`);
    this.#added += amount;
    this.#isTold = false;
  }

  tell(): void {
    if (this.#isTold) return;
    this.#series.inc(this.#added);
    this.#added = 0;
    this.#isTold = true;
  }
}
