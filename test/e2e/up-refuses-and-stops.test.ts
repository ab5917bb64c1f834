import { createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { createMeshPlace, READY, stopMesh } from '../support/mesh-place.ts';
import { listProcessesOf } from '../support/processes.ts';
import { runMeshgate } from '../support/run-command.ts';

async function createPlace() {
  const place = await createMeshPlace();
  onTestFinished(() => place.remove());
  return place;
}

/** Listens on a port until the test ends. */
async function occupy(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
}

test('names every taken port, who needs it and the option that changes it, and starts nothing', async () => {
  const place = await createPlace();
  await occupy(place.port);
  await occupy(place.productPorts + 1);

  const mesh = place.up();

  expect(await mesh.ended).toEqual({ code: 1, signal: null });
  expect(mesh.stderr()).toBe(
    `error PORT_TAKEN: Expected port ${place.port} to be free for the gateway, but another process listens on it. Stop that process, or choose another port with --port.\n` +
      `Expected port ${place.productPorts + 1} to be free for the data product products, but another process listens on it. Stop that process, or choose another port with --product-ports.\n`,
  );
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);
});

test('lets one mesh at a time onto a data folder, and Ctrl-C while it starts leaves no process', async () => {
  const place = await createPlace();
  const first = place.up();
  await first.waitFor('PostgreSQL: made and started');

  const second = await runMeshgate(['up', '--data', place.dataFolder, '--port', '0']);
  const end = await stopMesh(first);

  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(
      `^error CONFIG_INVALID: Expected the data folder .* to be free, but process ${first.child.pid} runs a mesh on it`,
    ),
  );
  expect(end).toEqual({ code: 0, signal: null });
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);
});

test('a kill while it starts leaves data products and database to the next start, which recovers', async () => {
  const place = await createPlace();
  const killed = place.up();
  await killed.waitFor('Data …');
  await stopMesh(killed, 'SIGKILL');

  const next = place.up();
  await next.waitFor(READY);

  expect(next.stderr()).toMatch(/PostgreSQL: recovered on port \d+/);
  expect(await stopMesh(next)).toEqual({ code: 0, signal: null });
  expect(await listProcessesOf(place.dataFolder)).toEqual([]);
});

test.each([
  [['up', '--port', '70000'], "option '--port <number>' argument '70000' is invalid"],
  [['upp'], "unknown command 'upp'"],
  [['product', 'start'], "missing required argument 'name'"],
  [['compose', 'orders'], 'Expected name=url with an http or https URL.'],
])('%j is a wrong call: exit code 2 and a hint', async (args, message) => {
  const { code, stdout, stderr } = await runMeshgate(args);

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain('add --help for what can be given');
});
