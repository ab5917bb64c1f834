import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user of this machine, by number. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Decides which user runs PostgreSQL, which refuses to run as root.
 *
 * @param folder The database's folder, which may not exist yet; its owner stays the one.
 * @returns Null for the user of this process; otherwise, when that is root, `postgres` or,
 *   where there is no such user, `nobody`.
 */
export async function chooseServerAccount(folder: string): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await stat(folder).catch(() => null);
  if (known !== null) return { uid: known.uid, gid: known.gid };
  return (await lookUp('postgres')) ?? (await lookUp('nobody')) ?? { uid: 65_534, gid: 65_534 };
}

/**
 * Tells whether an account may enter a folder, all folders above it included.
 *
 * A home folder of root, or a temporary one, usually lets nobody else in.
 */
export async function mayEnter(folder: string, account: ServerAccount | null): Promise<boolean> {
  if (account === null) return true;
  for (let current = folder; ; current = dirname(current)) {
    const { uid, gid, mode } = await stat(current);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (current === dirname(current)) return true;
  }
}

async function lookUp(user: string): Promise<ServerAccount | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}
