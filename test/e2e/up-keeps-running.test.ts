import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createMeshPlace, type MeshPlace, pastePrinted, READY } from '../support/mesh-place.ts';
import { listProcessesOf } from '../support/processes.ts';
import {
  MESHGATE,
  type RunningCommand,
  runMeshgate,
  startCommand,
} from '../support/run-command.ts';

/** One mesh for all tests of this file, in the order written: the last one ends it. */
let place: MeshPlace;
let mesh: RunningCommand;

beforeAll(async () => {
  place = await createMeshPlace();
  mesh = place.up();
  await mesh.waitFor(READY);
});
afterAll(() => place.remove());

const PRODUCTS = ['accounts', 'products', 'orders', 'shipments', 'segments', 'forecast'];

test('a status beside the mesh lists migrations and runs, and finds nothing to do', async () => {
  const { code, stdout } = await runMeshgate([
    'pipeline',
    'status',
    '--json',
    '--data',
    place.dataFolder,
  ]);

  const status = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(status.landing).toEqual({ rows: 9994, loadedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(status.products.map(({ product }: { product: string }) => product).toSorted()).toEqual(
    PRODUCTS.toSorted(),
  );
  const orders = status.products.find(({ product }: { product: string }) => product === 'orders');
  expect(orders.pipelines[0].lastRun).toMatchObject({ outcome: 'succeeded', sameFile: true });
});

test('a run beside the mesh finds everything up to date', async () => {
  const { code, stderr } = await runMeshgate(['pipeline', 'run', '--data', place.dataFolder]);

  expect(code).toBe(0);
  expect(stderr).toContain('9994 order lines, 0 migrations applied, 0 pipelines run');
});

test('a data product runs alone against the database and the keys of the mesh', async () => {
  const alone = startCommand(process.execPath, [
    MESHGATE,
    ...['product', 'start', 'orders', '--port', String(place.productPorts + 7)],
    ...['--data', place.dataFolder],
  ]);
  await alone.waitFor(`:${place.productPorts + 7}/graphql`);

  const ready = await fetch(`http://127.0.0.1:${place.productPorts + 7}/health/ready`);
  const direct = await fetch(`http://127.0.0.1:${place.productPorts + 7}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  alone.child.kill('SIGTERM');

  expect(ready.status).toBe(200);
  expect(direct.status).toBe(401);
  expect(await alone.ended).toEqual({ code: 0, signal: null });
});

test('data products that die are started again, and the mesh answers as before', async () => {
  const host = (await listProcessesOf(place.dataFolder)).find(({ command }) =>
    command.includes('shared/kit/main'),
  );
  process.kill(host?.pid ?? 0, 'SIGKILL');

  await mesh.waitFor('The data products listen again.');

  expect(mesh.stderr()).toContain('The data products ended (signal SIGKILL)');
  expect(await pastePrinted(mesh)).toMatchObject({ data: { account: { name: 'Claire Gute' } } });
});

test('a database that dies ends everything and is named', async () => {
  const [pid = ''] = (await readFile(`${place.dataFolder}/postgres/postmaster.pid`, 'utf8')).split(
    '\n',
  );
  process.kill(Number(pid), 'SIGKILL');

  expect(await mesh.ended).toEqual({ code: 1, signal: null });
  expect(mesh.stderr()).toContain(
    'error DATABASE_UNAVAILABLE: Expected PostgreSQL to run as long as the mesh, but it ended',
  );
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);
});

test('a status without a mesh says what to set', async () => {
  const { code, stderr } = await runMeshgate([
    'pipeline',
    'status',
    '--data',
    `${place.dataFolder}-none`,
  ]);

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error CONFIG_INVALID: Expected a database to work on, but neither --database-url nor DATABASE_URL is set/,
  );
});
