import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange } from './exchange.ts';
import type { ExchangeLedger } from './exchange-ledger.ts';

/** Content security policy of everything that is not a page: nothing may run, nothing may frame it. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Half a year, in seconds: long enough for browsers to keep it, short enough to give TLS up. */
const TRANSPORT_SECURITY = 'max-age=15552000';

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string>>;

/** Headers that HTTP asks for beside a status (RFC 9110 sections 10.2.3 and 11.6.1). */
const STATUS_HEADERS: Readonly<Record<number, Headers>> = {
  401: { 'www-authenticate': 'Bearer' },
  429: { 'retry-after': '1' },
  503: { 'retry-after': '1' },
};

/** One answer, ready to be written. */
export interface Outgoing {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Headers of this answer alone; they replace those of the same name that every answer carries. */
  readonly headers?: Headers | undefined;
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

/** Headers of every answer, which keep browsers from guessing, leaking, embedding and going back to plain HTTP. */
export function securityHeaders(strictTransportSecurity: boolean): Headers {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...(strictTransportSecurity ? { 'strict-transport-security': TRANSPORT_SECURITY } : {}),
  };
}

/** Builds the one function that writes answers. */
export function createWriteResponse(
  ledger: ExchangeLedger,
  strictTransportSecurity: boolean,
): WriteResponse {
  // Node takes headers as one flat list, which costs a third of what an object with spreads does.
  const everyAnswer = [
    ...Object.entries(securityHeaders(strictTransportSecurity)).flat(),
    ...['content-security-policy', DATA_POLICY],
    ...['cache-control', 'no-store'],
  ];

  return (request, reply, outgoing) => {
    const { exchange } = request;
    const { raw } = reply;
    reply.hijack();
    if (!raw.headersSent && !raw.destroyed) {
      const headers = everyAnswer.slice();
      addExchangeHeaders(headers, exchange, outgoing);
      if (ledger.isDraining()) headers.push('connection', 'close');
      raw.writeHead(outgoing.status, replaceHeaders(headers, outgoing.headers));
      raw.end(outgoing.body);
    }
  };
}

function addExchangeHeaders(headers: string[], exchange: Exchange, outgoing: Outgoing): void {
  // A 304 has no body, and its headers would speak of the one that the client has.
  if (outgoing.status !== 304) {
    headers.push('content-type', outgoing.contentType);
    headers.push('content-length', String(Buffer.byteLength(outgoing.body)));
  }
  headers.push('x-request-id', exchange.requestId);
  if (exchange.vary !== null) headers.push('vary', exchange.vary);
  if (exchange.allowedOrigin !== null) {
    headers.push('access-control-allow-origin', exchange.allowedOrigin);
    headers.push(
      'access-control-expose-headers',
      'x-request-id, retry-after, etag, age, cache-status',
    );
  }
  if (outgoing.status >= 400) addHeaders(headers, STATUS_HEADERS[outgoing.status]);
}

function addHeaders(list: string[], headers: Headers | undefined): void {
  if (headers !== undefined) list.push(...Object.entries(headers).flat());
}

function replaceHeaders(list: string[], headers: Headers | undefined): string[] {
  if (headers === undefined) return list;
  const kept = list.filter((_, index) => headers[list[index - (index % 2)] ?? ''] === undefined);
  addHeaders(kept, headers);
  return kept;
}
