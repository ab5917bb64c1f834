import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

import { expect, onTestFinished, test } from 'vitest';

import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { listProcessesOf } from '../support/processes.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, runMeshgate, startCommand } from '../support/run-command.ts';
import { postGraphql, sendRequest } from '../support/send-request.ts';
import { serveHttp } from '../support/token-issuer.ts';
import { writeFolder } from '../support/write-folder.ts';

const LISTENS = '"msg":"gateway listens"';
const REPLACED = '"msg":"a worker listens in place of another"';

/** A gateway of two workers over a subgraph that answers when the test lets it. */
async function startWorkers() {
  const asked: ServerResponse[] = [];
  const onAsked: (() => void)[] = [];
  const origin = await serveHttp((request, response) => {
    request.resume();
    asked.push(response);
    for (const tell of onAsked.splice(0)) tell();
  });
  const composed = composeSupergraph([
    { name: 'slow', url: `${origin}/graphql`, sdl: 'type Query { slow: String }' },
  ]);
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
  const folder = await writeFolder({ 'supergraph.graphql': composed.supergraphSdl });
  onTestFinished(() => folder.remove());

  const file = `${folder.path}/supergraph.graphql`;
  const args = ['serve', '--supergraph', file, '--port', '0', '--workers', '2'];
  const command = startCommand(process.execPath, [MESHGATE, ...args]);
  onTestFinished(async () => {
    command.child.kill('SIGKILL');
    await command.ended;
  });
  await command.waitFor(LISTENS);
  const lines = () =>
    command
      .stdout()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const url = String(lines().find(({ msg }) => msg === 'gateway listens')?.url);
  return {
    command,
    file,
    url,
    lines,
    workers: async () =>
      (await listProcessesOf(folder.path))
        .map(({ pid }) => pid)
        .filter((pid) => pid !== command.child.pid),
    async ask(times: number) {
      for (let time = 0; time < times; time += 1)
        await postGraphql(url, { query: '{ __typename }' });
    },
    readMetric: async (sample: string) => {
      const { body } = await sendRequest(url, { path: '/metrics' });
      const line = body.split('\n').find((one) => one.startsWith(`${sample} `));
      return Number(line?.slice(sample.length));
    },
    /** Sends a request that waits for its subgraph; gives the answer, and the way to let it come. */
    async askSlowly() {
      const reached = new Promise<void>((resolve) => onAsked.push(resolve));
      const answer = postGraphql(url, { query: '{ slow }' });
      await reached;
      const release = () => asked.pop()?.end('{"data":{"slow":"here"}}');
      return { answer, release };
    },
  };
}

const REQUESTS = 'gateway_requests_total{status="200"}';

test('two workers share a port, say once that it listens, and any of them knows the metrics of both', async () => {
  const gateway = await startWorkers();

  await gateway.ask(6);
  const counts = [await gateway.readMetric(REQUESTS), await gateway.readMetric(REQUESTS)];
  const answeredBy = gateway.lines().flatMap(({ path, pid }) => (path === '/graphql' ? [pid] : []));

  expect(counts).toEqual([6, 6]);
  expect(new Set(answeredBy)).toEqual(new Set(await gateway.workers()));
  expect(new Set(answeredBy).size).toBe(2);
  expect(await gateway.readMetric('gateway_workers')).toBe(2);
  expect(gateway.lines().filter(({ msg }) => /listens/.test(String(msg)))).toHaveLength(1);
});

test('a killed worker is replaced, nobody else notices, and no counter goes backwards', async () => {
  const gateway = await startWorkers();
  await gateway.ask(6);
  await gateway.readMetric(REQUESTS);
  const [killed = 0, kept = 0] = await gateway.workers();

  process.kill(killed, 'SIGKILL');
  await gateway.command.waitFor('"msg":"a worker ended"');
  await gateway.ask(2);
  await gateway.command.waitFor(REPLACED);

  expect(await gateway.readMetric(REQUESTS)).toBe(8);
  expect(await gateway.readMetric('gateway_workers')).toBe(2);
  expect(await gateway.readMetric('gateway_worker_losses_total')).toBe(1);
  const workers = await gateway.workers();
  expect(workers).toHaveLength(2);
  expect(workers).toContain(kept);
  expect(workers).not.toContain(killed);
});

test('SIGTERM lets a running request finish in whichever worker it runs', async () => {
  const gateway = await startWorkers();
  const slow = [await gateway.askSlowly(), await gateway.askSlowly()];

  gateway.command.child.kill('SIGTERM');
  await gateway.command.waitFor('Stopping;');
  for (const { release } of slow) release();

  const answers = await Promise.all(slow.map(({ answer }) => answer));
  expect(answers.map(({ status, body }) => [status, JSON.parse(body)])).toEqual([
    [200, { data: { slow: 'here' } }],
    [200, { data: { slow: 'here' } }],
  ]);
  expect(await gateway.command.ended).toEqual({ code: 0, signal: null });
  expect(await gateway.workers()).toEqual([]);
});

test('Ctrl-C, which reaches every process of it, is no loss of workers', async () => {
  const gateway = await startWorkers();

  // The workers may hear of it first.
  for (const pid of await gateway.workers()) process.kill(pid, 'SIGINT');
  await gateway.ask(2);
  process.kill(-(gateway.command.child.pid ?? 0), 'SIGINT');

  expect(await gateway.command.ended).toEqual({ code: 0, signal: null });
  expect(gateway.lines().map(({ msg }) => msg)).toEqual([
    'gateway listens',
    'request answered',
    'request answered',
    'gateway closed',
  ]);
});

test('SIGHUP, which asks to read the supergraph again, ends neither the gateway nor a worker', async () => {
  const gateway = await startWorkers();
  const workers = await gateway.workers();

  process.kill(-(gateway.command.child.pid ?? 0), 'SIGHUP');
  await gateway.ask(2);

  expect(await gateway.workers()).toEqual(workers);
  gateway.command.child.kill('SIGTERM');
  expect(await gateway.command.ended).toEqual({ code: 0, signal: null });
});

test('a killed primary leaves no worker behind', async () => {
  const gateway = await startWorkers();

  gateway.command.child.kill('SIGKILL');
  // The output ends when the last process that could write has ended.
  await gateway.command.ended;

  expect(await gateway.workers()).toEqual([]);
});

test('workers that can no longer start end the gateway, once none is left', async () => {
  const gateway = await startWorkers();

  await rm(gateway.file);
  for (const pid of await gateway.workers()) process.kill(pid, 'SIGKILL');

  expect(await gateway.command.ended).toEqual({ code: 1, signal: null });
  expect(gateway.command.stderr()).toBe(
    `error SUPERGRAPH_INVALID: The supergraph file ${gateway.file} cannot be read (ENOENT).\n`,
  );
});

test('what keeps every worker from starting is said once, with exit code 1', async () => {
  const { code, stdout, stderr } = await runMeshgate(['serve', '--workers', '3', '--port', '0'], {
    env: { ...PLAIN_ENVIRONMENT, SUPERGRAPH_FILE: '/nowhere/supergraph.graphql' },
  });

  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error SUPERGRAPH_INVALID: The supergraph file /nowhere/supergraph.graphql cannot be read (ENOENT).\n',
  });
});

test.each(['0', '65', 'many', '1.5'])('%s is no number of workers', async (given) => {
  const { code, stderr } = await runMeshgate(['serve', '--workers', given]);

  expect(code).toBe(2);
  expect(stderr).toContain('Expected a whole number from 1 to 64, or auto.');
});
