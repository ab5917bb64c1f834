import { readFile } from 'node:fs/promises';
import { PROJECT_ROOT } from './project-root.ts';

/** Reads the version of Meshgate that runs, as `package.json` has it: `0.1.0`. */
export async function readProjectVersion(): Promise<string> {
  const text = await readFile(new URL('package.json', PROJECT_ROOT), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
