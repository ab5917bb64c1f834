import { AggregatorRegistry } from 'prom-client';

/** One metric of one process with all its series, as plain values. */
interface MetricFamily {
  readonly name: string;
  /** `counter`, `gauge`, `histogram` or `summary`. */
  readonly type: unknown;
}

/** All metrics of one process at one moment, in a form that can be sent to another process. */
export type MetricsSnapshot = readonly MetricFamily[];

/**
 * Renders the metrics of several processes as those of one.
 *
 * Counters and histograms are added up, and so are gauges but for those of the Node process that
 * cannot be (event loop lag is averaged, the start time is left out).
 *
 * @returns The Prometheus text exposition.
 */
export function renderMerged(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return merge(snapshots).metrics();
}

/** Adds up what processes that have ended had counted; what they measured at a moment is gone with them. */
export function mergeCounts(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const counts = snapshots.map((families) =>
    families.filter(({ type }) => type === 'counter' || type === 'histogram'),
  );
  return merge(counts).getMetricsAsJSON();
}

function merge(snapshots: readonly MetricsSnapshot[]) {
  return AggregatorRegistry.aggregate(snapshots.map((families) => [...families]));
}
