/**
 * One PostgreSQL server for a whole test run, started when a test first asks.
 *
 * Vitest runs this once per project in its main process. The servers of all projects
 * are one and the same, and it stops when the last project is done. Tests ask over
 * HTTP, because they run in other processes.
 *
 * @module
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startTestServer, type TestServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers GET with the connection URL of the shared server. */
    postgresDesk: string;
  }
}

interface SharedServer {
  users: number;
  starting: Promise<TestServer> | null;
}

/** Each project loads a copy of this module, so what they share hangs on the process. */
const SHARED = Symbol.for('meshgate.test.postgres');
const holder = globalThis as { [SHARED]?: SharedServer };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder[SHARED] ??= { users: 0, starting: null };
  const shared = holder[SHARED];
  shared.users += 1;

  const desk = createServer(async (_request, response) => {
    try {
      shared.starting ??= startTestServer();
      response.end((await shared.starting).url);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve));
  project.provide('postgresDesk', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);

  return async () => {
    desk.close();
    desk.closeAllConnections();
    shared.users -= 1;
    if (shared.users > 0) return;
    // A server that did not start has been reported to the tests that asked for it.
    const server = await shared.starting?.catch(() => null);
    await server?.stop();
  };
}
