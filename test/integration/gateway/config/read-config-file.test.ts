import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { readConfigFile } from '../../../../gateway/config/read-config-file.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('reads a configuration file', async () => {
  const file = join(await makeFolder(), 'meshgate.yaml');
  await writeFile(file, 'port: 4001\n');

  expect(await readConfigFile(file)).toBe('port: 4001\n');
});

test('names the file that cannot be read and the options to check', async () => {
  const folder = await makeFolder();

  await expect(readConfigFile(join(folder, 'none.yaml'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `The configuration file ${folder}/none.yaml cannot be read (ENOENT); check --config and CONFIG_FILE.`,
  });
  await expect(readConfigFile(folder)).rejects.toMatchObject({
    message: expect.stringContaining('(EISDIR)'),
  });
});
