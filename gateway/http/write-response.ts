import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange } from './exchange.ts';
import type { ExchangeLedger } from './exchange-ledger.ts';

/** Content security policy of everything that is not a page: nothing may run, nothing may frame it. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Half a year, in seconds: long enough for browsers to keep it, short enough to give TLS up. */
const TRANSPORT_SECURITY = 'max-age=15552000';

/** One answer, ready to be written. */
export interface Outgoing {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Lower-case names; those the edge sets itself are replaced. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes an answer with the headers that every answer carries.
 *
 * It goes past Fastify's reply pipeline (serialisers, hooks, header bag), which
 * has nothing to add to a finished body.
 */
export type WriteResponse = (
  request: FastifyRequest,
  reply: FastifyReply,
  outgoing: Outgoing,
) => void;

/** Headers that keep browsers from guessing, framing, leaking and embedding. */
export function securityHeaders(strictTransportSecurity: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': DATA_POLICY,
    ...(strictTransportSecurity ? { 'strict-transport-security': TRANSPORT_SECURITY } : {}),
  };
}

/** Builds the one function that writes answers. */
export function createWriteResponse(
  ledger: ExchangeLedger,
  strictTransportSecurity: boolean,
): WriteResponse {
  const everyAnswer = {
    ...securityHeaders(strictTransportSecurity),
    'cache-control': 'no-store',
  };

  return (request, reply, outgoing) => {
    const { exchange } = request;
    const { raw } = reply;
    reply.hijack();
    if (!raw.headersSent && !raw.destroyed) {
      raw.writeHead(outgoing.status, {
        ...everyAnswer,
        'content-type': outgoing.contentType,
        'content-length': Buffer.byteLength(outgoing.body),
        'x-request-id': exchange.requestId,
        ...(ledger.draining ? { connection: 'close' } : null),
        ...(exchange.allowedOrigin === null ? null : crossOriginHeaders(exchange)),
        ...outgoing.headers,
      });
      raw.end(outgoing.body);
    }
    // The response to a pipelined request never closes when its connection is gone already.
    if (raw.req.socket.destroyed) ledger.end(exchange, raw);
  };
}

function crossOriginHeaders(exchange: Exchange): Record<string, string> {
  return {
    'access-control-allow-origin': exchange.allowedOrigin ?? 'null',
    'access-control-expose-headers': 'x-request-id, retry-after',
  };
}
