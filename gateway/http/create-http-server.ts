import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { answerClientError } from './answer-client-error.ts';
import { CACHE_PATH, serveCache } from './cache-routes.ts';
import type { EdgeDoors, EdgeSettings } from './edge-types.ts';
import { Exchange } from './exchange.ts';
import { createExchangeLedger, type ExchangeLedger } from './exchange-ledger.ts';
import { serveGraphql } from './graphql-route.ts';
import { CONTENT_TYPES } from './negotiate-media-type.ts';
import { serveOperators } from './operator-routes.ts';
import { servePages } from './page-routes.ts';
import { renderErrorBody, toMeshgateError } from './render-error.ts';
import { createWriteResponse, type WriteResponse } from './write-response.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the first hook of every request. */
    exchange: Exchange;
  }
}

/** A built edge; nothing listens before `listen` is called. */
export interface HttpServer {
  /**
   * Starts listening.
   *
   * @throws {MeshgateError} `PORT_TAKEN` when another process has the port.
   */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /**
   * Stops taking requests at once (`GATEWAY_DRAINING` for those that still come over
   * open connections), lets running ones finish, and cuts what is left after `drainMs` milliseconds.
   */
  close(drainMs: number): Promise<void>;
  readonly fastify: FastifyInstance;
}

/** Request ids that are taken over from a proxy or client; anything else is replaced. */
const REQUEST_ID = /^[\w.-]{1,128}$/;

const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Builds the edge of the gateway: every address it serves, and the rules that come before an answer. */
export function createHttpServer(settings: EdgeSettings, doors: EdgeDoors): HttpServer {
  const ledger = createExchangeLedger(doors);
  const writeResponse = createWriteResponse(ledger, settings.strictTransportSecurity);
  const server = createFastify(settings, doors, ledger, writeResponse);

  serveGraphql(server, settings, doors, writeResponse);
  serveOperators(server, doors, ledger, writeResponse);
  servePages(server, settings, doors, writeResponse);
  if (doors.invalidateCache !== null) {
    serveCache(server, settings.bodyBytes, doors.invalidateCache, writeResponse);
  }

  return {
    fastify: server,
    listen: () => listen(server, settings),
    async close(drainMs) {
      const drained = ledger.drain(drainMs);
      const closed = server.close();
      await drained;
      server.server.closeAllConnections();
      await closed;
    },
  };
}

/** Fastify with every default that would answer, log or parse in its own way replaced by ours. */
function createFastify(
  settings: EdgeSettings,
  doors: EdgeDoors,
  ledger: ExchangeLedger,
  writeResponse: WriteResponse,
): FastifyInstance {
  const writeError = createWriteError(doors, writeResponse);
  const server = fastify({
    logger: false,
    return503OnClosing: false,
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    clientErrorHandler: answerClientError,
    genReqId: takeRequestId,
    frameworkErrors(error, request, reply) {
      begin(request, reply, ledger);
      writeError(error, request, reply);
    },
    http: {
      maxHeaderSize: settings.headerBytes,
      // Given here too, because Node derives the time for headers from it when the server is made.
      requestTimeout: settings.requestTimeoutMs,
      // Node looks for requests that are overdue this often, and a timeout can be no sharper.
      connectionsCheckingInterval: Math.min(settings.requestTimeoutMs, 5000),
    },
  });
  server.decorateRequest('exchange');
  server.addHook('onRequest', (request, reply, done) => {
    begin(request, reply, ledger);
    done(checkRequest(request, settings, ledger.isDraining()));
  });
  // One route takes a body and reads it itself; Fastify's reading makes an AsyncResource for each request.
  for (const method of METHODS_WITH_BODY) {
    server.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
  server.setErrorHandler(writeError);
  server.setNotFoundHandler((request, reply) => {
    const { path: url } = request.exchange;
    const known =
      server.hasRoute({ method: 'GET', url }) || server.hasRoute({ method: 'POST', url });
    writeError(new MeshgateError(known ? 'METHOD_NOT_ALLOWED' : 'ROUTE_UNKNOWN'), request, reply);
  });
  return server;
}

function begin(request: FastifyRequest, reply: FastifyReply, ledger: ExchangeLedger): void {
  request.exchange = new Exchange(request.id, request.method, request.raw.url ?? '/');
  ledger.begin(request.exchange, reply.raw);
}

/** The rules for every address. */
function checkRequest(
  request: FastifyRequest,
  settings: EdgeSettings,
  draining: boolean,
): MeshgateError | undefined {
  if (draining && request.exchange.path === '/graphql')
    return new MeshgateError('GATEWAY_DRAINING');
  if ((request.raw.url?.length ?? 0) > settings.urlBytes) {
    return new MeshgateError('URL_TOO_LONG', { details: { limitBytes: settings.urlBytes } });
  }
  return undefined;
}

function takeRequestId(message: IncomingMessage): string {
  const given = message.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What to send instead of a method that is refused (RFC 9110 section 15.5.6). */
function allowedMethods({ path, method }: Exchange): string {
  if (path === CACHE_PATH) return 'POST';
  if (path !== '/graphql') return 'GET, HEAD';
  return method === 'GET' ? 'POST' : 'GET, POST, OPTIONS';
}

function createWriteError(doors: EdgeDoors, writeResponse: WriteResponse) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const error = toMeshgateError(thrown);
    const { exchange } = request;
    if (error.code === 'INTERNAL_ERROR') {
      doors.log.error({ requestId: exchange.requestId, err: thrown }, 'request failed');
    }
    writeResponse(request, reply, {
      status: error.status,
      contentType: CONTENT_TYPES[exchange.mediaType],
      body: renderErrorBody(error),
      headers: error.status === 405 ? { allow: allowedMethods(exchange) } : undefined,
    });
  };
}

async function listen(
  server: FastifyInstance,
  { host, port }: EdgeSettings,
): Promise<{ readonly url: string; readonly port: number }> {
  try {
    const url = await server.listen({ host, port });
    return { url, port: (server.server.address() as AddressInfo).port };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new MeshgateError('PORT_TAKEN', {
      message: `Expected port ${port} to be free, given that another process listens on it; end that process or choose another port.`,
      details: { port },
      cause,
    });
  }
}
