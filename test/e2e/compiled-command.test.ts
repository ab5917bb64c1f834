import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { MESHGATE } from '../support/run-command.ts';

test('the compiled command starts by its own path, as it does where npx or an image links to it', async () => {
  const { stdout } = await promisify(execFile)(MESHGATE, ['--help']);

  expect(stdout).toMatch(/^Usage: meshgate /);
});
