import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { identifyProcess } from '../../../../../gateway/cli/local/process-identity.ts';
import {
  recordProcess,
  stopRecordedProcess,
} from '../../../../../gateway/cli/local/process-record.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

async function createFile(): Promise<string> {
  const { path, remove } = await writeFolder();
  onTestFinished(remove);
  return join(path, 'products.process');
}

function startProcess() {
  const child = spawn('/bin/cat');
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('ends a process that was written down, once', async () => {
  const file = await createFile();
  const child = startProcess();
  await recordProcess(file, child.pid ?? 0);
  const ended = once(child, 'exit');

  expect(await stopRecordedProcess(file)).toBe(true);

  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(await stopRecordedProcess(file)).toBe(false);
});

test('leaves a later process with the same number alone', async () => {
  const file = await createFile();
  const child = startProcess();
  await writeFile(file, `${child.pid} 1 another-boot`);

  expect(await stopRecordedProcess(file)).toBe(false);

  expect(await identifyProcess(child.pid ?? 0)).not.toBeNull();
});

test('has nothing to do where nothing is written down', async () => {
  expect(await stopRecordedProcess(await createFile())).toBe(false);
});
