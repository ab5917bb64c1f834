import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';

/**
 * Makes a secret of 256 random bits in a file, unless there is one.
 *
 * It is readable by its owner only (0600) and appears whole or not at all. Its folder is made when missing.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when it cannot be made.
 */
export async function ensureLocalSecret(file: string): Promise<void> {
  try {
    await makeUnlessThere(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `The secret file ${file} cannot be made (${code}).`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause });
  }
}

async function makeUnlessThere(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  // A hard link fails where a rename would replace: a secret that is there stays.
  const failure = await link(draft, file).catch((error: NodeJS.ErrnoException) => error);
  await unlink(draft);
  if (failure !== undefined && failure.code !== 'EEXIST') throw failure;
}
