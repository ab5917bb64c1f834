import type { FastifyInstance } from 'fastify';
import type { EdgeDoors } from './edge-types.ts';
import type { ExchangeLedger } from './exchange-ledger.ts';
import type { WriteResponse } from './write-response.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Serves what load balancers, Prometheus and data products ask: health, metrics, the gateway's keys. */
export function serveOperators(
  fastify: FastifyInstance,
  doors: EdgeDoors,
  ledger: ExchangeLedger,
  writeResponse: WriteResponse,
): void {
  fastify.get('/health/live', (request, reply) => {
    writeResponse(request, reply, {
      status: 200,
      contentType: JSON_TYPE,
      body: '{"status":"live"}',
    });
  });

  fastify.get('/health/ready', async (request, reply) => {
    const report = await doors.ready();
    const draining = ledger.isDraining();
    const ready = report.ready && !draining;
    const status = draining ? 'draining' : ready ? 'ready' : 'not ready';
    writeResponse(request, reply, {
      status: ready ? 200 : 503,
      contentType: JSON_TYPE,
      body: JSON.stringify({ status, ...report, ready: undefined }),
    });
  });

  fastify.get('/metrics', async (request, reply) => {
    const { contentType, body } = await doors.metrics();
    writeResponse(request, reply, { status: 200, contentType, body });
  });

  fastify.get('/.well-known/jwks.json', (request, reply) => {
    writeResponse(request, reply, {
      status: 200,
      contentType: JSON_TYPE,
      body: JSON.stringify(doors.jwks()),
      // Five minutes: a new key is published at least that long before it signs.
      headers: { 'cache-control': 'public, max-age=300' },
    });
  });
}
