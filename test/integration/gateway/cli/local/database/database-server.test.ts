import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { findFreePort } from '../../../../../../gateway/cli/local/check-port.ts';
import {
  type DatabaseServer,
  startDatabaseServer,
} from '../../../../../../gateway/cli/local/database/database-server.ts';
import { identifyProcess } from '../../../../../../gateway/cli/local/process-identity.ts';
import { openAdministrator } from '../../../../../../shared/postgres/open-administrator.ts';
import { writeFolder } from '../../../../../support/write-folder.ts';

async function createFolder(): Promise<string> {
  const { path, remove } = await writeFolder({ 'logs/postgres.log': '' });
  onTestFinished(remove);
  return path;
}

async function start(dataFolder: string, password = 'a secret'): Promise<DatabaseServer> {
  const server = await startDatabaseServer({ dataFolder, password, port: await findFreePort() });
  onTestFinished(() => server.stop());
  return server;
}

async function ask(server: DatabaseServer, sql: string): Promise<readonly object[]> {
  const administrator = await openAdministrator(server.adminUrl);
  try {
    return await administrator.query(sql);
  } finally {
    await administrator.close();
  }
}

test('makes a cluster whose texts sort by code point, and finds its data again', async () => {
  const folder = await createFolder();

  const first = await start(folder);
  await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  const second = await start(folder);

  expect([first.created, second.created]).toEqual([true, false]);
  expect(
    await ask(second, `SELECT answer, 'Z' < 'a' AS by_code_point, lower('ÄZ') FROM kept`),
  ).toEqual([{ answer: 42, by_code_point: true, lower: 'äz' }]);
});

test('listens on this machine alone, over TCP alone', async () => {
  const server = await start(await createFolder());

  expect(
    await ask(
      server,
      `SELECT current_setting('listen_addresses') AS address, current_setting('unix_socket_directories') AS sockets`,
    ),
  ).toEqual([{ address: '127.0.0.1', sockets: '' }]);
});

test('lets nobody in without the password', async () => {
  const server = await start(await createFolder());
  const url = new URL(server.adminUrl);
  url.password = 'a guess';

  await expect(openAdministrator(url.href)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});

test('runs in folders that others may enter as well', async () => {
  const folder = await createFolder();
  await chmod(folder, 0o755);

  const server = await start(folder);

  expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('stops a server that a killed parent has left on the same cluster', async () => {
  const folder = await createFolder();
  const orphan = await start(folder);

  const server = await start(folder);

  expect(server.recovered).toBe(true);
  expect(await identifyProcess(orphan.pid)).toBeNull();
  expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('starts over a pid file whose number belongs to another process by now, and leaves that alone', async () => {
  const folder = await createFolder();
  const first = await start(folder);
  const pidFile = join(folder, 'postgres', 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await first.stop();
  await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));

  const server = await start(folder);

  expect(server.recovered).toBe(false);
  expect(await identifyProcess(process.pid)).not.toBeNull();
});

test('begins anew where a first start was killed midway', async () => {
  const folder = await createFolder();
  await mkdir(join(folder, 'postgres.new-1'));
  await writeFile(join(folder, 'postgres.new-1', 'half'), '');

  const server = await start(folder);

  expect(server.created).toBe(true);
  expect((await readdir(folder)).toSorted()).toEqual(['logs', 'postgres']);
});

test('shows the end of the log when it cannot start', async () => {
  const folder = await createFolder();
  const first = await start(folder);
  await first.stop();
  await writeFile(join(folder, 'postgres', 'postgresql.auto.conf'), 'nonsense = 1\n');

  await expect(start(folder)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('unrecognized configuration parameter "nonsense"'),
  });
});
