import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';

/** One SQL file of a folder. */
export interface SqlFile {
  /** `NNNN-title.sql`; the number orders the files of a folder. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly checksum: string;
}

/**
 * Reads the SQL files of a folder, in the order of their numbers; none when there is no folder.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when one is not named `NNNN-title.sql` with a number of its own.
 */
export async function readSqlFolder(folder: string): Promise<readonly SqlFile[]> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = found.filter((name) => name.endsWith('.sql')).toSorted();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1];
    if (number === undefined || numbers.has(number)) {
      throw new MeshgateError('CONFIG_INVALID', {
        message: `Expected SQL files named NNNN-title.sql, each with a number of its own, but found ${name} in ${folder}. Rename it.`,
      });
    }
    numbers.add(number);
  }
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
