import { expect, onTestFinished, test } from 'vitest';

import { createMeshPlace, pastePrinted, READY, stopMesh } from '../support/mesh-place.ts';
import { listProcessesOf } from '../support/processes.ts';

async function createPlace() {
  const place = await createMeshPlace();
  onTestFinished(() => place.remove());
  return place;
}

/** What the printed question answers for a caller of all regions: real rows of the source file. */
const ANSWER = {
  data: {
    account: {
      id: 'A-12520',
      name: 'Claire Gute',
      marketSegment: 'CONSUMER',
      segment: { label: expect.stringMatching(/^[A-Z_]+$/) },
      orders: {
        nodes: [
          {
            id: 'CA-2017-164098',
            orderedOn: '2017-01-26',
            region: 'CENTRAL',
            shipment: { shipMode: 'FIRST_CLASS', shippedOn: '2017-01-27' },
            lines: {
              nodes: [
                {
                  sales: expect.stringMatching(/^18\.160*$/),
                  quantity: 2,
                  product: {
                    name: 'SimpliFile Personal File, Black Granite, 15w x 6-15/16d x 11-1/4h',
                    category: { name: 'Office Supplies' },
                  },
                },
              ],
            },
          },
          expect.objectContaining({ id: 'CA-2016-152156', region: 'SOUTH' }),
        ],
      },
    },
  },
};

test('starts from nothing, answers what it prints, starts again on the same data, leaves no process', async () => {
  const place = await createPlace();

  const first = place.up();
  await first.waitFor(READY);
  expect(first.stderr()).toMatch(
    /Data: 9994 order lines, \d+ migrations applied, [1-9]\d* pipelines run/,
  );
  expect(await pastePrinted(first)).toEqual(ANSWER);
  expect(await stopMesh(first)).toEqual({ code: 0, signal: null });
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);

  const second = place.up();
  await second.waitFor(READY);
  expect(second.stderr()).toContain(
    'Data: 9994 order lines, 0 migrations applied, 0 pipelines run',
  );
  expect(await pastePrinted(second)).toEqual(ANSWER);
  expect(await stopMesh(second, 'SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);
});

test('recovers by itself after a kill and stops the database that was left running', async () => {
  const place = await createPlace();
  const killed = place.up();
  await killed.waitFor(READY);
  await stopMesh(killed, 'SIGKILL');

  const next = place.up();
  await next.waitFor(READY);

  expect(next.stderr()).toMatch(/PostgreSQL: recovered on port \d+/);
  expect(await pastePrinted(next)).toEqual(ANSWER);
  await stopMesh(next);
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);
});
