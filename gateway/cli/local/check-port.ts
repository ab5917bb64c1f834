import { createServer } from 'node:net';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';

/** A port that is about to be used. */
export interface PortNeed {
  readonly port: number;
  /** Who needs it, for the message: `the gateway`. */
  readonly purpose: string;
  /** The option that changes it: `--port`. */
  readonly option: string;
}

/**
 * Checks that ports of this machine (127.0.0.1) can be listened on.
 *
 * @throws {MeshgateError} `PORT_TAKEN`, naming each port that cannot, who needs it and which
 *   option changes it.
 */
export async function assertPortsFree(needs: readonly PortNeed[]): Promise<void> {
  const problems = await Promise.all(
    needs.map(async (need) => {
      const code = await tryPort(need.port);
      return code === null ? [] : [{ ...need, code }];
    }),
  );
  const taken = problems.flat();
  if (taken.length === 0) return;
  const lines = taken.map(({ port, purpose, option, code }) => {
    const reason =
      code === 'EADDRINUSE' ? 'another process listens on it' : `it cannot be used (${code})`;
    return `Expected port ${port} to be free for ${purpose}, but ${reason}. Stop that process, or choose another port with ${option}.`;
  });
  throw new MeshgateError('PORT_TAKEN', {
    message: lines.join('\n'),
    details: { ports: taken.map(({ port }) => port) },
  });
}

/** @returns A port of 127.0.0.1 that nobody listens on right now. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** @returns Null when the port is free, otherwise the system's error code. */
function tryPort(port: number): Promise<string | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'EUNKNOWN'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)));
  });
}
