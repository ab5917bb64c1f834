import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, realpath, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { identifyProcess } from './process-identity.ts';

/** The folder where a local mesh keeps everything that outlives a start. */
export interface DataFolder {
  /** Absolute and without symbolic links. */
  readonly path: string;
  /** Lets the next start in. */
  unlock(): Promise<void>;
}

/** Passwords of a local mesh, made at random on first need. */
export interface LocalSecrets {
  /** Of the database's administrator. */
  readonly administrator: string;
  /** Of the runtime roles, by product. */
  readonly products: Readonly<Record<string, string>>;
}

const LOCK_FILE = 'up.lock';
const SECRETS_FILE = 'secrets.json';

/**
 * Opens a data folder for one process at a time; it is made when missing.
 *
 * A lock whose process was killed is taken over.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when the folder cannot be made or written to, or a
 *   running process has it.
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const wanted = resolve(folder);
  try {
    await mkdir(join(wanted, 'logs'), { recursive: true });
    const path = await realpath(wanted);
    const lockFile = join(path, LOCK_FILE);
    const identity = await takeLock(lockFile, path);
    return { path, unlock: () => giveBack(lockFile, identity) };
  } catch (error) {
    if (error instanceof MeshgateError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected a folder that can be written to at ${wanted}, but it cannot (${code}). Give another one with --data DIR.`,
      cause: error,
    });
  }
}

/**
 * Reads the passwords of a data folder and makes those that are missing.
 *
 * The file can be read by its owner only (0600).
 */
export async function loadSecrets(
  folder: string,
  products: readonly string[],
): Promise<LocalSecrets> {
  const known = await readSecrets(folder);
  const secrets: LocalSecrets = {
    administrator: known?.administrator ?? makePassword(),
    products: {
      ...known?.products,
      ...Object.fromEntries(
        products.map((product) => [product, known?.products[product] ?? makePassword()]),
      ),
    },
  };
  const text = `${JSON.stringify(secrets, null, 2)}\n`;
  const draft = join(folder, `${SECRETS_FILE}.${randomUUID()}`);
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await rename(draft, join(folder, SECRETS_FILE));
  return secrets;
}

/** @returns Null when the folder holds none. */
export async function readSecrets(folder: string): Promise<LocalSecrets | null> {
  const text = await readFile(join(folder, SECRETS_FILE), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as LocalSecrets);
}

function makePassword(): string {
  return randomBytes(24).toString('base64url');
}

/** @returns What the lock file now holds. */
async function takeLock(lockFile: string, folder: string): Promise<string> {
  const identity = (await identifyProcess(process.pid)) ?? String(process.pid);
  const draft = `${lockFile}.${randomUUID()}`;
  await writeFile(draft, identity, { flag: 'wx' });
  try {
    while (!(await linkIfFree(draft, lockFile))) await removeStaleLock(lockFile, folder, draft);
    return identity;
  } finally {
    await unlink(draft);
  }
}

/** A hard link appears whole or not at all, so nobody ever reads half a lock. */
function linkIfFree(file: string, name: string): Promise<boolean> {
  return link(file, name).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function removeStaleLock(lockFile: string, folder: string, draft: string): Promise<void> {
  const holder = await readFile(lockFile, 'utf8').catch(() => null);
  if (holder === null) return;
  if (await isAlive(holder)) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected the data folder ${folder} to be free, but process ${Number.parseInt(holder, 10)} runs a mesh on it. Stop that one first, or give another folder with --data DIR.`,
    });
  }
  // One process at a time removes a lock, and only the one that it has seen to be stale: another
  // may have removed that and taken its place in the meantime.
  const claim = `${lockFile}.takeover`;
  if (!(await linkIfFree(draft, claim))) {
    const claimant = await readFile(claim, 'utf8').catch(() => null);
    if (claimant !== null && !(await isAlive(claimant))) await rm(claim, { force: true });
    return;
  }
  try {
    const found = await readFile(lockFile, 'utf8').catch(() => null);
    if (found === holder) await rm(lockFile, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

async function isAlive(identity: string): Promise<boolean> {
  return (await identifyProcess(Number.parseInt(identity, 10))) === identity;
}

async function giveBack(lockFile: string, identity: string): Promise<void> {
  const holder = await readFile(lockFile, 'utf8').catch(() => null);
  if (holder === identity) await rm(lockFile, { force: true });
}
