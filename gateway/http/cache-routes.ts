import type { FastifyInstance } from 'fastify';
import type { InvalidateCache } from './edge-types.ts';
import { readBody } from './read-body.ts';
import type { WriteResponse } from './write-response.ts';

/** Where it is served. */
export const CACHE_PATH = '/cache/invalidate';

/** Serves those who know that data has changed, and may say so. */
export function serveCache(
  fastify: FastifyInstance,
  bodyBytes: number,
  invalidate: InvalidateCache,
  writeResponse: WriteResponse,
): void {
  fastify.post(CACHE_PATH, async (request, reply) => {
    const body = await readBody(request.raw, bodyBytes);
    const count = invalidate(request.headers.authorization ?? null, body.toString('utf8'));
    writeResponse(request, reply, {
      status: 202,
      contentType: 'application/json; charset=utf-8',
      body: JSON.stringify({ count }),
    });
  });
}
