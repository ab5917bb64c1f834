import { expect, test } from 'vitest';
import { LookupTally } from '../../../../../gateway/wiring/request/lookup-tally.ts';
import { createMetrics } from '../../../../../shared/telemetry/create-metrics.ts';

const OPERATION = {
  products: ['goods', 'stock'],
  typesOf: (product: string) => (product === 'goods' ? ['Query', 'Good'] : ['Good']),
};

const readSeries = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.render())
    .split('\n')
    .filter((line) => line.startsWith('gateway_response_cache_type_') && !line.endsWith(' 0'))
    .map((line) => line.slice('gateway_response_cache_type_'.length))
    .sort();

test('what is found counts in full for each product and type, and once however often it is read', async () => {
  const metrics = createMetrics('gateway');
  const tally = new LookupTally(metrics);
  tally.add(OPERATION, 'miss', 0);
  tally.add(OPERATION, 'hit', 3);
  await readSeries(metrics);
  tally.add(OPERATION, 'hit', 4);

  expect(await readSeries(metrics)).toEqual([
    'age_seconds_total{subgraph="goods",type="Good"} 7',
    'age_seconds_total{subgraph="goods",type="Query"} 7',
    'age_seconds_total{subgraph="stock",type="Good"} 7',
    'lookups_total{subgraph="goods",type="Good",state="hit"} 2',
    'lookups_total{subgraph="goods",type="Good",state="miss"} 1',
    'lookups_total{subgraph="goods",type="Query",state="hit"} 2',
    'lookups_total{subgraph="goods",type="Query",state="miss"} 1',
    'lookups_total{subgraph="stock",type="Good",state="hit"} 2',
    'lookups_total{subgraph="stock",type="Good",state="miss"} 1',
  ]);
});

test('of more operations than are held until somebody reads, none is lost', async () => {
  const metrics = createMetrics('gateway');
  const tally = new LookupTally(metrics);
  for (let count = 0; count < 2500; count += 1) {
    tally.add({ products: ['goods'], typesOf: () => ['Query'] }, 'miss', 0);
  }

  expect(await readSeries(metrics)).toEqual([
    'lookups_total{subgraph="goods",type="Query",state="miss"} 2500',
  ]);
});
