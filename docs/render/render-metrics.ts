import { METRIC_CATALOG } from '../../shared/telemetry/metric-catalog.ts';
import {
  type MetricDefinition,
  SECONDS_BUCKETS,
} from '../../shared/telemetry/metric-definition.ts';
import { renderTable } from './markdown-table.ts';

/** Renders `docs/reference/metrics.md` from the catalog: Markdown, ending in a newline. */
export function renderMetrics(): string {
  const rows = Object.entries<MetricDefinition>(METRIC_CATALOG).map(([name, metric]) => [
    `\`${name}\``,
    metric.kind,
    metric.unit,
    metric.labels.map((label) => `\`${label}\``).join(', '),
    metric.help,
  ]);
  return `${[
    '# Metrics',
    '',
    'Generated from `shared/telemetry/metric-catalog.ts`; do not edit.',
    '',
    'The gateway serves those that begin with `gateway_` at `/metrics`, a data product those that begin',
    'with `product_`, both in the text format of Prometheus and beside the usual metrics of a Node',
    `process. Upper bounds of the histogram buckets, in seconds: ${SECONDS_BUCKETS.join(', ')}.`,
    '',
    ...renderTable(['metric', 'kind', 'unit', 'labels', 'meaning'], rows),
  ].join('\n')}\n`;
}
