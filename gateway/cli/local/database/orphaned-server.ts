import { execFile } from 'node:child_process';
import { readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { identifyProcess, waitForExit } from '../process-identity.ts';

const run = promisify(execFile);

const STOP_LIMIT_MS = 20_000;

/**
 * Stops the server that a killed parent has left running on a cluster.
 *
 * Call it only while the data folder is locked: then a running server can have no other parent.
 * A process that merely got the same number since is left alone, and the outdated
 * `postmaster.pid` that names it is removed, as the server would refuse to start over it.
 *
 * @returns Whether there was such a server.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE` when it does not stop.
 */
export async function stopOrphanedServer(cluster: string): Promise<boolean> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid) || (await identifyProcess(pid)) === null) return false;
  if (!(await isServerOf(pid, cluster))) {
    await rm(pidFile, { force: true });
    return false;
  }
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    if (await waitForExit(pid, STOP_LIMIT_MS)) return true;
  }
  throw new MeshgateError('DATABASE_UNAVAILABLE', {
    message: `Expected the PostgreSQL server of an earlier start (process ${pid}) to stop, but it does not. End it, then start again.`,
  });
}

/** A server works inside its cluster's folder; elsewhere than on Linux, its command line names it. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    return (await readlink(`/proc/${pid}/cwd`).catch(() => null)) === cluster;
  }
  const listed = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => null);
  return listed?.stdout.includes(cluster) ?? false;
}
