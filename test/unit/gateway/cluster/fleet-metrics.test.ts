import { expect, test } from 'vitest';
import { FleetMetrics } from '../../../../gateway/cluster/fleet-metrics.ts';
import { createMetrics, type Metrics } from '../../../../shared/telemetry/create-metrics.ts';

/** The workers by number, and a fleet that can ask them. */
function createFleet(workers: ReadonlyMap<number, Metrics>) {
  const primary = createMetrics('gateway');
  const fleet = new FleetMetrics(() => primary.snapshot());
  const ask = (worker: number): void => {
    void workers
      .get(worker)
      ?.snapshot()
      .then((snapshot) => fleet.reported(worker, snapshot));
  };
  return { primary, fleet, render: () => fleet.render([...workers.keys()], ask) };
}

const readSample = (text: string, sample: string) =>
  text.split('\n').find((line) => line.startsWith(`${sample} `));

function createWorker(requests: number, plans: number): Metrics {
  const metrics = createMetrics('gateway');
  metrics.counter('gateway_requests_total', '200').inc(requests);
  metrics.histogram('gateway_request_seconds').observe(0.02);
  metrics.gauge('gateway_plan_cache_entries').set(plans);
  return metrics;
}

test('counters, histograms and gauges of all workers are added up', async () => {
  const { primary, render } = createFleet(
    new Map([
      [1, createWorker(3, 10)],
      [2, createWorker(4, 20)],
    ]),
  );
  primary.gauge('gateway_workers').set(2);

  const text = await render();

  expect(readSample(text, 'gateway_requests_total{status="200"}')).toMatch(/ 7$/);
  expect(readSample(text, 'gateway_request_seconds_count')).toMatch(/ 2$/);
  expect(readSample(text, 'gateway_request_seconds_bucket{le="0.025"}')).toMatch(/ 2$/);
  expect(readSample(text, 'gateway_plan_cache_entries')).toMatch(/ 30$/);
  expect(readSample(text, 'gateway_workers')).toMatch(/ 2$/);
});

test('what an ended worker had counted stays, what it measured goes with it', async () => {
  const workers = new Map([
    [1, createWorker(3, 10)],
    [2, createWorker(4, 20)],
  ]);
  const { fleet, render } = createFleet(workers);
  await render();

  workers.delete(1);
  fleet.ended(1);
  workers.set(3, createWorker(100, 1));
  await render();
  const text = await render();

  expect(readSample(text, 'gateway_requests_total{status="200"}')).toMatch(/ 107$/);
  expect(readSample(text, 'gateway_request_seconds_count')).toMatch(/ 3$/);
  expect(readSample(text, 'gateway_plan_cache_entries')).toMatch(/ 21$/);
});

test('a worker that ends while it is asked is not waited for', async () => {
  const primary = createMetrics('gateway');
  const fleet = new FleetMetrics(() => primary.snapshot());
  const reported = await createWorker(4, 20).snapshot();

  const text = await fleet.render([1, 2], (worker) => {
    if (worker === 1) fleet.ended(1);
    else fleet.reported(2, reported);
  });

  expect(readSample(text, 'gateway_requests_total{status="200"}')).toMatch(/ 4$/);
});
