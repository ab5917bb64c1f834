import { createServer } from 'node:net';

import { findFreePort } from '../../gateway/cli/local/check-port.ts';

/**
 * Finds ports in a row that nobody listens on right now.
 *
 * @param count How many, at least 1.
 * @returns The first of them.
 */
export async function findFreePorts(count: number): Promise<number> {
  for (;;) {
    const first = await findFreePort();
    if (first + count > 65_536) continue;
    const others = Array.from({ length: count - 1 }, (_, index) => isFree(first + index + 1));
    if (!(await Promise.all(others)).includes(false)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
