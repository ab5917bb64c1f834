export type MetricKind = 'counter' | 'gauge' | 'histogram';
export type MetricUnit = 'count' | 'seconds' | 'bytes';

/** One row of the catalog. */
export interface MetricDefinition {
  readonly kind: MetricKind;
  readonly unit: MetricUnit;
  /** One sentence for the reader. */
  readonly help: string;
  /** Label names in the order in which code gives their values; all have few values. */
  readonly labels: readonly string[];
}

/** Upper bounds of the histogram buckets, in seconds. */
export const SECONDS_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
