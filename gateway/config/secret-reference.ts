import { readFile } from 'node:fs/promises';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { text } from './setting-types.ts';

/** Where a secret is, `env:NAME` or `file:PATH`: a configuration names secrets and never holds one. */
export const secretReference = () =>
  text().regex(/^(env:[A-Za-z_]\w*|file:.+)$/, {
    error: 'expected env:NAME or file:PATH, which say where the secret is',
  });

/**
 * Reads a secret. A line break at the end of a file does not belong to it.
 *
 * @param reference As `secretReference` accepts it.
 * @param env Variables by name.
 * @throws {MeshgateError} `CONFIG_INVALID` when there is none, or an empty one.
 */
export async function loadSecret(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const place = reference.slice(reference.indexOf(':') + 1);
  const secret = reference.startsWith('env:')
    ? (env[place] ?? '')
    : (await readFile(place, 'utf8').catch(() => '')).replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  const message = `Expected a secret at ${reference}, where the configuration says it is, but there is none or it cannot be read.`;
  throw new MeshgateError('CONFIG_INVALID', { message });
}
