import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort } from '../../gateway/cli/local/check-port.ts';
import { startDatabaseServer } from '../../gateway/cli/local/database/database-server.ts';
import { openAdministrator } from '../../shared/postgres/open-administrator.ts';

/** A PostgreSQL server for tests: data that need not last, connections that need no password. */
export interface TestServer {
  /** Connection URL of the superuser. */
  readonly url: string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** Nothing of a test outlives it, so nothing needs to survive a crash of the machine. */
const CARELESS = ['fsync', 'synchronous_commit', 'full_page_writes'];

/**
 * Starts an embedded PostgreSQL on a free port of 127.0.0.1, as `meshgate up` does.
 *
 * Tests share one server by `createTestDatabase`; one of their own is for those that
 * stop it, or that change what belongs to the server and not to a database.
 */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-test-postgres-'));
  try {
    await mkdir(join(folder, 'logs'));
    const port = await findFreePort();
    const server = await startDatabaseServer({ dataFolder: folder, port, password: 'unused' });
    const guard = guardServer(server.pid, folder);
    const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    await relax(server.adminUrl, join(folder, 'postgres'));
    await waitForLogin(url);
    return {
      url,
      async stop() {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
        guard.stdin?.end();
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Roles belong to the server, so two tests may give one role two passwords; both hold. */
async function relax(adminUrl: string, cluster: string): Promise<void> {
  await writeFile(join(cluster, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
  const administrator = await openAdministrator(adminUrl);
  for (const setting of CARELESS) await administrator.query(`ALTER SYSTEM SET ${setting} = off`);
  await administrator.query('SELECT pg_reload_conf()');
  await administrator.close();
}

/** The server reads its rules again in its own time, after it has said that it will. */
async function waitForLogin(url: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      await (await openAdministrator(url)).close();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

/**
 * Watches over this process through a pipe: when its other end closes, for whatever
 * reason, the server is stopped and its data removed. So a run that is killed leaves
 * nothing behind.
 */
function guardServer(pid: number, folder: string): ChildProcess {
  const script = 'cat; kill -INT "$1" && while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"';
  // A group of its own: Ctrl-C in the terminal must not reach it first.
  const guard = spawn('/bin/sh', ['-c', script, 'guard', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}
