import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { readProjectVersion } from '../../shared/lang/read-project-version.ts';
import { MESHGATE } from '../support/run-command.ts';

test('the compiled command starts by its own path, as it does where npx or an image links to it', async () => {
  const { stdout } = await promisify(execFile)(MESHGATE, ['--version']);

  expect(stdout).toBe(`${await readProjectVersion()}\n`);
});
