import { readFile } from 'node:fs/promises';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/**
 * Reads the configuration file that `--config` or `CONFIG_FILE` names.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when it cannot be read.
 */
export async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const message = `The configuration file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check --config and CONFIG_FILE.`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause: error });
  }
}
