import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  access,
  chown,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { launchOptions, type ServerLaunch } from './server-launch.ts';

const DRAFT = '.new-';

/**
 * Makes a PostgreSQL cluster with the administrator `postgres`, unless there is one.
 *
 * The locale is PostgreSQL's built-in one, so that texts sort the same on every machine.
 * Passwords are the only way in.
 *
 * @returns Whether it was made now.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE` with what `initdb` said.
 */
export async function createCluster(launch: ServerLaunch, password: string): Promise<boolean> {
  const { account, cluster } = launch;
  if (await isCluster(cluster)) return false;

  await removeDrafts(cluster);
  // Made beside its place and moved there whole, so that a kill midway leaves no half a cluster;
  // under a name of its own, since an initdb whose parent was killed may still be writing.
  const draft = toDraft(launch, `${cluster}${DRAFT}${randomUUID()}`);
  await mkdir(draft.cluster, { mode: 0o700 });
  if (account !== null) await chown(draft.cluster, account.uid, account.gid);
  const passwordFile = await openPasswordFile(draft, password);
  try {
    const { code, output } = await runInitdb(draft, passwordFile.fd);
    if (code !== 0) {
      throw new MeshgateError('DATABASE_UNAVAILABLE', {
        message: `Expected to make a PostgreSQL cluster in ${cluster}, but initdb failed: ${output.trim()}`,
      });
    }
  } finally {
    await passwordFile.close();
  }
  await rename(draft.cluster, cluster);
  return true;
}

function toDraft(launch: ServerLaunch, cluster: string): ServerLaunch {
  const isNamedByPath = launch.clusterArgument === launch.cluster;
  return {
    ...launch,
    cluster,
    clusterArgument: isNamedByPath ? cluster : launch.clusterArgument,
  };
}

/** What cannot be removed now is still being written, and goes at another start. */
async function removeDrafts(cluster: string): Promise<void> {
  const folder = dirname(cluster);
  const drafts = (await readdir(folder)).filter((name) =>
    name.startsWith(`${basename(cluster)}${DRAFT}`),
  );
  for (const name of drafts) {
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isCluster(folder: string): Promise<boolean> {
  return access(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Opened and at once removed from its folder: it is there for who holds the handle only. */
async function openPasswordFile({ account, cluster }: ServerLaunch, password: string) {
  const path = `${cluster}-${randomUUID()}`;
  await writeFile(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (account !== null) await chown(path, account.uid, account.gid);
    return await open(path, 'r');
  } finally {
    await unlink(path);
  }
}

function runInitdb(
  launch: ServerLaunch,
  passwordDescriptor: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const options = [
    `--pgdata=${launch.clusterArgument}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--pwfile=/dev/fd/3',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  const child = spawn(join(launch.binaries, 'initdb'), options, {
    ...launchOptions(launch),
    stdio: ['ignore', 'ignore', 'pipe', passwordDescriptor],
  });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
