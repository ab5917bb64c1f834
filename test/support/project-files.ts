import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Root of the project, as a URL that ends in a slash. */
export const PROJECT_URL = new URL('../../', import.meta.url);

/** Lists the files of the project, by path from its root: what git keeps, and what it is about to. */
export function listProjectFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: fileURLToPath(PROJECT_URL),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split('\n').filter((path) => path !== '' && existsSync(new URL(path, PROJECT_URL)));
}

/** @param path From the project's root. */
export function readProjectFile(path: string): string {
  return readFileSync(new URL(path, PROJECT_URL), 'utf8');
}
