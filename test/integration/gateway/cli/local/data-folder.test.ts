import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { loadSecrets, openDataFolder } from '../../../../../gateway/cli/local/data-folder.ts';
import { identifyProcess } from '../../../../../gateway/cli/local/process-identity.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

async function createFolder(): Promise<string> {
  const { path, remove } = await writeFolder();
  onTestFinished(remove);
  return join(path, 'data');
}

/** The number and the identity of a process that has ended. */
async function endedProcess(): Promise<{ pid: number; identity: string }> {
  const child = spawn('/bin/cat');
  const identity = (await identifyProcess(child.pid ?? 0)) ?? '';
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  return { pid: child.pid ?? 0, identity };
}

test('makes the folder and is open again after it was left', async () => {
  const folder = await createFolder();

  const first = await openDataFolder(folder);
  await first.unlock();
  const second = await openDataFolder(folder);

  expect(second.path).toBe(folder);
  await second.unlock();
  expect(await readdir(folder)).toEqual(['logs']);
});

test('refuses a second process and names the first', async () => {
  const folder = await createFolder();
  const first = await openDataFolder(folder);
  onTestFinished(() => first.unlock());

  await expect(openDataFolder(folder)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`process ${process.pid} runs a mesh on it`),
  });
});

test('takes over the lock of a process that was killed', async () => {
  const folder = await createFolder();
  const { identity } = await endedProcess();
  await mkdir(folder);
  await writeFile(join(folder, 'up.lock'), identity);

  const opened = await openDataFolder(folder);

  expect(await readFile(join(folder, 'up.lock'), 'utf8')).toBe(await identifyProcess(process.pid));
  await opened.unlock();
});

test('takes over a lock whose process number belongs to another process by now', async () => {
  const folder = await createFolder();
  await mkdir(folder);
  await writeFile(join(folder, 'up.lock'), `${process.ppid} 1 another-boot`);

  const opened = await openDataFolder(folder);

  await opened.unlock();
  expect(await readdir(folder)).toEqual(['logs']);
});

test('lets one of several in that find the same outdated lock', async () => {
  const folder = await createFolder();
  await mkdir(folder);
  await writeFile(join(folder, 'up.lock'), (await endedProcess()).identity);

  const attempts = await Promise.allSettled([1, 2, 3, 4].map(() => openDataFolder(folder)));

  const opened = attempts.filter((attempt) => attempt.status === 'fulfilled');
  expect(opened).toHaveLength(1);
  for (const { value } of opened) await value.unlock();
});

test('says what to do when the folder cannot be made', async () => {
  const folder = await createFolder();
  await writeFile(folder, 'a file');

  await expect(openDataFolder(folder)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('Give another one with --data DIR.'),
  });
});

test('keeps passwords, makes missing ones, and lets only the owner read them', async () => {
  const folder = await createFolder();
  await mkdir(folder);

  const first = await loadSecrets(folder, ['orders']);
  const second = await loadSecrets(folder, ['orders', 'accounts']);

  expect(second).toEqual({
    administrator: first.administrator,
    products: { orders: first.products.orders, accounts: expect.stringMatching(/^[\w-]{32}$/) },
  });
  expect(new Set([second.administrator, ...Object.values(second.products)]).size).toBe(3);
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
});
