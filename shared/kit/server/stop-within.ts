import type { FastifyInstance } from 'fastify';

/**
 * Stops accepting connections and waits for running requests; those that are not
 * done within the limit lose their connection.
 */
export async function stopWithin(server: FastifyInstance, limitMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.server.closeAllConnections(), limitMs);
  try {
    await server.close();
  } finally {
    clearTimeout(cutOff);
  }
}

/** Waits for work that is ending by itself, but not longer than the limit. */
export async function waitAtMost(work: Promise<unknown>, limitMs: number): Promise<void> {
  let giveUp: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    giveUp = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(giveUp);
}
