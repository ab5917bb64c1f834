import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { startProductHost } from '../../../../../gateway/cli/local/product-host.ts';
import { listProcessesOf } from '../../../../support/processes.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

/** Programs that behave as hosts of products do; what they get as arguments are the products. */
const LISTENS = `
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  console.log('listening with ' + process.env.GREETING);
  for (const product of process.argv.slice(2)) {
    process.send({ kind: 'listening', product, url: 'http://' + product + '.test/graphql' });
  }
`;

async function start(program: string) {
  const { path, remove } = await writeFolder({ 'host.mjs': program });
  const events: string[] = [];
  let heard: () => void = () => undefined;
  const host = await startProductHost({
    program: join(path, 'host.mjs'),
    products: ['orders', 'accounts'],
    env: { PATH: process.env.PATH, GREETING: 'hello' },
    logFile: join(path, 'products.log'),
    recordFile: join(path, 'products.process'),
    onEvent(event) {
      events.push(event);
      heard();
    },
  });
  onTestFinished(async () => {
    host.kill();
    await remove();
  });
  const untilEvents = async (count: number) => {
    while (events.length < count) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
    return events;
  };
  return { host, path, untilEvents };
}

test('listens when all products do, and logs what they write', async () => {
  const { host, path } = await start(LISTENS);

  expect(await host.listening).toEqual(
    new Map([
      ['orders', 'http://orders.test/graphql'],
      ['accounts', 'http://accounts.test/graphql'],
    ]),
  );
  await host.stop();
  expect(await readFile(join(path, 'products.log'), 'utf8')).toBe('listening with hello\n');
  expect(await listProcessesOf(path)).toEqual([]);
});

test('passes on what the products report', async () => {
  const { host } = await start(
    `process.send({ kind: 'failed', code: 'PORT_TAKEN', message: 'Port 4101 is taken.' }, () => process.exit(1));`,
  );

  await expect(host.listening).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: 'Port 4101 is taken.',
  });
});

test('names the log when the process ends without a word', async () => {
  const { host, path } = await start('process.exit(3);');

  await expect(host.listening).rejects.toMatchObject({
    code: 'INTERNAL_ERROR',
    message: `Expected the data products to listen, but they ended (exit code 3); see ${join(path, 'products.log')}.`,
  });
});

test('is started again when it dies', async () => {
  const { host, path, untilEvents } = await start(LISTENS);
  await host.listening;
  const [first] = await listProcessesOf(path);
  process.kill(first?.pid ?? 0, 'SIGKILL');

  const events = await untilEvents(2);

  expect(events).toEqual([
    expect.stringMatching(/^The data products ended \(signal SIGKILL\); see /),
    'The data products listen again.',
  ]);
  const [second] = await listProcessesOf(path);
  expect(second?.pid).not.toBe(first?.pid);
});

test('stays down when it was stopped', async () => {
  const { host, path, untilEvents } = await start(LISTENS);
  await host.listening;

  await host.stop();

  expect(await untilEvents(0)).toEqual([]);
  expect(await listProcessesOf(path)).toEqual([]);
});

test('can be stopped while it is still starting', async () => {
  const { host, path } = await start('setInterval(() => undefined, 1000);');

  await host.stop();

  await expect(host.listening).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  expect(await listProcessesOf(path)).toEqual([]);
});
