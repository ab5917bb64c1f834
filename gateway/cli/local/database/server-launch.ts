import { chown, mkdir } from 'node:fs/promises';

import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { chooseServerAccount, mayEnter, type ServerAccount } from './server-account.ts';

/** How PostgreSQL's programs are started: by whom, from where, and how they call the cluster. */
export interface ServerLaunch {
  /** Folder that holds the programs. */
  readonly binaries: string;
  /** Null for the user of this process. */
  readonly account: ServerAccount | null;
  /** Folder of the cluster, absolute. */
  readonly cluster: string;
  /** What the programs are told as the cluster's folder. */
  readonly clusterArgument: string;
}

/**
 * Makes the cluster's folder where it is missing and finds out how to reach it.
 *
 * When root's private folders are in the way, the programs are started inside the cluster's
 * folder and call it by Linux's name for the working directory, which needs no rights above it.
 *
 * @param cluster Absolute path.
 * @throws {MeshgateError} `CONFIG_INVALID` when this machine or user cannot run the programs.
 */
export async function prepareLaunch(cluster: string): Promise<ServerLaunch> {
  const account = await chooseServerAccount(cluster);
  const binaries = await findPostgresBinaries(account);
  await mkdir(cluster, { recursive: true, mode: 0o700 });
  if (account !== null) await chown(cluster, account.uid, account.gid);
  if (await mayEnter(cluster, account)) {
    return { binaries, account, cluster, clusterArgument: cluster };
  }
  if (process.platform === 'linux') {
    return { binaries, account, cluster, clusterArgument: '/proc/self/cwd' };
  }
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected a data folder that other users may enter, because PostgreSQL does not run as root, but ${cluster} is inside a private one. Give another folder with --data DIR, or start as another user.`,
  });
}

/**
 * Options for starting a program of PostgreSQL. It sees no variable of this process but the
 * search path, so that no `PG…` setting of a user gets in.
 */
export function launchOptions({ account, cluster }: ServerLaunch) {
  return {
    cwd: cluster,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    ...(account === null ? {} : account),
  };
}
