import { expect, test } from 'vitest';
import { createMetrics } from '../../../../shared/telemetry/create-metrics.ts';

test('counters, gauges and histograms appear under their names and labels', async () => {
  const metrics = createMetrics('gateway');
  metrics.counter('gateway_requests_total', '200').inc();
  metrics.counter('gateway_requests_total', '200').inc(2);
  metrics.counter('gateway_subgraph_calls_total', 'orders', 'ok').inc();
  metrics.gauge('gateway_plan_cache_entries').set(7);
  metrics.histogram('gateway_subgraph_call_seconds', 'orders').observe(0.02);

  const lines = (await metrics.render()).split('\n');

  expect(lines).toEqual(
    expect.arrayContaining([
      'gateway_requests_total{status="200"} 3',
      'gateway_subgraph_calls_total{subgraph="orders",outcome="ok"} 1',
      'gateway_plan_cache_entries 7',
      'gateway_subgraph_call_seconds_bucket{le="0.01",subgraph="orders"} 0',
      'gateway_subgraph_call_seconds_bucket{le="0.025",subgraph="orders"} 1',
    ]),
  );
});

test('the same labels give the same series, so that the hot path only looks it up', () => {
  const metrics = createMetrics('gateway');

  expect(metrics.counter('gateway_requests_total', '200')).toBe(
    metrics.counter('gateway_requests_total', '200'),
  );
});

test('what was counted is told once, however often the metrics are read, as text and as values', async () => {
  const metrics = createMetrics('gateway');
  const answered = metrics.counter('gateway_requests_total', '200');
  metrics.counter('gateway_requests_total', '404').inc(0);
  answered.inc();
  await metrics.render();
  answered.inc();
  await metrics.snapshot();

  const lines = (await metrics.render()).split('\n');

  expect(lines).toContain('gateway_requests_total{status="200"} 2');
  expect(lines).toContain('gateway_requests_total{status="404"} 0');
  expect(() => answered.inc(-1)).toThrow(RangeError);
});

test('an owner exports its own part of the catalog only', async () => {
  const metrics = createMetrics('product');

  expect(await metrics.render()).not.toMatch(/^# HELP gateway_/m);
  expect(() => metrics.counter('gateway_requests_total', '200')).toThrow(RangeError);
});
