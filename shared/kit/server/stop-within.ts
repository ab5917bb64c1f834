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
