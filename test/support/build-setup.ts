/**
 * Builds what the processes under test run, once per run and before the first test.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

export async function setup(): Promise<void> {
  try {
    await promisify(execFile)('npm', ['run', '-s', 'compile'], { cwd: projectRoot });
  } catch (cause) {
    throw new Error(`The build fails:\n${(cause as { stdout?: string }).stdout}`, { cause });
  }
}
