import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of a test. */
export interface WrittenFolder {
  readonly path: string;
  /** Adds files or replaces them, and makes the folders they need. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Makes a temporary folder with some files; whoever calls it removes it.
 *
 * @param files Text by path within the folder.
 */
export async function writeFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<WrittenFolder> {
  const path = await mkdtemp(join(tmpdir(), 'meshgate-test-'));
  const write = async (more: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(more)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text);
    }
  };
  await write(files);
  return { path, write, remove: () => rm(path, { recursive: true, force: true }) };
}
