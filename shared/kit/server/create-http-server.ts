/**
 * The HTTP half of a product: who may ask, what is logged and counted, and when
 * the database session ends if nobody waits for the answer any more.
 *
 * @module
 */

import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { MeshgateError } from '../../errors/meshgate-error.ts';
import type { Metrics } from '../../telemetry/create-metrics.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Caller } from '../caller.ts';
import type { VerifyCaller } from '../trust/verify-caller.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { toRequestId } from './request-id.ts';
import { toErrorAnswer } from './to-error-answer.ts';
import type { ExchangeContext } from './watch-exchange.ts';

export interface HttpServerSettings {
  readonly graphql: ApolloServer<ExchangeContext>;
  readonly verifyCaller: VerifyCaller;
  /** Makes the context of one request; opens nothing. */
  readonly createContext: (request: VerifiedRequest) => ExchangeContext;
  /** Resolves when the product can answer; rejects when not. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly bodyLimitBytes: number;
}

/** A request whose token holds. */
export interface VerifiedRequest {
  readonly caller: Caller;
  readonly exchange: Exchange;
  readonly log: Logger;
  /** Time that the gateway still waits, in milliseconds; null when it does not say. */
  readonly deadlineMs: number | null;
}

const EXCHANGE = 'productExchange';
const CALLER = 'productCaller';

/** Builds the server; it does not listen yet. */
export function createHttpServer(settings: HttpServerSettings): FastifyInstance {
  const server = fastify({
    bodyLimit: settings.bodyLimitBytes,
    genReqId: (request) => toRequestId(request.headers['x-request-id']),
    forceCloseConnections: 'idle',
  });
  server.decorateRequest(EXCHANGE, null);
  server.decorateRequest(CALLER, null);

  server.setErrorHandler((error, request, reply) => {
    const answer = toErrorAnswer(error);
    if (answer.status >= 500) {
      settings.log.error({ err: error, requestId: request.id }, 'A request failed.');
    }
    return reply.code(answer.status).send(answer.body);
  });
  server.setNotFoundHandler((_request, reply) => {
    const answer = toErrorAnswer(new MeshgateError('ROUTE_UNKNOWN'));
    return reply.code(answer.status).send(answer.body);
  });
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  endConnectionsOnClose(server);

  addOperatorRoutes(server, settings);
  addGraphqlRoute(server, settings);
  return server;
}

/** Otherwise a connection that was busy when the server began to close would stay open, idle, until the limit. */
function endConnectionsOnClose(server: FastifyInstance): void {
  let isClosing = false;
  server.addHook('preClose', async () => {
    isClosing = true;
  });
  server.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close');
  });
}

function addGraphqlRoute(server: FastifyInstance, settings: HttpServerSettings): void {
  server.route({
    method: 'POST',
    url: '/graphql',
    onRequest: [
      (request, reply, done) => {
        followExchange(request, reply, settings);
        done();
      },
      // Before the body is read: a stranger's bytes cost nothing.
      (request) => admit(request, settings),
    ],
    handler: fastifyApolloHandler(settings.graphql, {
      context: async (request) =>
        settings.createContext({
          caller: request.getDecorator<Caller>(CALLER),
          exchange: request.getDecorator<Exchange>(EXCHANGE),
          log: settings.log.child({ requestId: request.id }),
          deadlineMs: toDeadline(request.headers['x-meshgate-deadline-ms']),
        }),
    }),
  });
}

/** @throws {MeshgateError} `CALLER_UNVERIFIED`, `ISSUER_UNREACHABLE`. */
async function admit(request: FastifyRequest, settings: HttpServerSettings): Promise<void> {
  const verification = await settings.verifyCaller(request.headers.authorization);
  if (verification.ok) {
    request.setDecorator(CALLER, verification.caller);
    return;
  }
  const { reason, error } = verification;
  settings.metrics.counter('product_refused_calls_total', reason).inc();
  settings.log.warn({ requestId: request.id, reason, err: error.cause }, 'A call was refused.');
  throw error;
}

/** Counts and logs the request when its connection is done with it, answered or not. */
function followExchange(
  request: FastifyRequest,
  reply: FastifyReply,
  { metrics, log }: HttpServerSettings,
): void {
  const exchange = createExchange(performance.now());
  request.setDecorator(EXCHANGE, exchange);

  reply.raw.once('close', () => {
    const answered = reply.raw.writableFinished;
    if (!answered) exchange.session?.abort();

    const durationMs = performance.now() - exchange.startedAtMs;
    metrics.counter('product_requests_total').inc();
    metrics.histogram('product_request_seconds').observe(durationMs / 1000);
    log.info(
      {
        requestId: request.id,
        operation: exchange.operation,
        durationMs: Math.round(durationMs * 10) / 10,
        statements: exchange.statements,
        status: answered ? reply.statusCode : null,
        ...(exchange.errorCodes.length === 0 ? {} : { errorCodes: exchange.errorCodes }),
      },
      answered ? 'A request was answered.' : 'A request was given up by the gateway.',
    );
  });
}

function addOperatorRoutes(server: FastifyInstance, settings: HttpServerSettings): void {
  server.get('/health/live', async () => ({ status: 'live' }));

  server.get('/health/ready', async (_request, reply) => {
    try {
      await settings.checkReady();
      return { status: 'ready' };
    } catch (error) {
      settings.log.warn({ err: error }, 'The product is not ready.');
      return reply.code(503).send({ status: 'not ready' });
    }
  });

  server.get('/metrics', async (_request, reply) => {
    const page = await settings.metrics.render();
    return reply.type(settings.metrics.contentType).send(page);
  });
}

function toDeadline(header: string | readonly string[] | undefined): number | null {
  return typeof header === 'string' && /^[1-9]\d{0,8}$/.test(header) ? Number(header) : null;
}
