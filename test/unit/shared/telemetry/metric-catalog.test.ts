import { expect, test } from 'vitest';
import { METRIC_CATALOG } from '../../../../shared/telemetry/metric-catalog.ts';
import type { MetricDefinition } from '../../../../shared/telemetry/metric-definition.ts';

const metrics: [string, MetricDefinition][] = Object.entries(METRIC_CATALOG);

test.each(metrics)('%s is named for its owner, kind and base unit', (name, definition) => {
  expect(name).toMatch(/^(gateway|product)_[a-z_]+$/);
  expect(name.endsWith('_total')).toBe(definition.kind === 'counter');
  expect(/_seconds(_total)?$/.test(name)).toBe(definition.unit === 'seconds');
  expect(definition.help).toMatch(/\.$/);
});
