/**
 * Builds what the processes under test run, once per run and before the first test.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

export async function setup(): Promise<void> {
  try {
    await promisify(execFile)(
      process.execPath,
      ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json'],
      { cwd: projectRoot },
    );
    // As `npm run compile` does: the command is started by its own path.
    await chmod(`${projectRoot}/dist/gateway/main.js`, 0o755);
  } catch (cause) {
    throw new Error(`The build fails:\n${(cause as { stdout?: string }).stdout}`, { cause });
  }
}
