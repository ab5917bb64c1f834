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
  readonly etag?: string | undefined;
  /** Of an answer that was kept; becomes `Age`. */
  readonly ageSeconds?: number | undefined;
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
  const everyAnswer = Object.entries({
    ...securityHeaders(strictTransportSecurity),
    'content-security-policy': DATA_POLICY,
    'cache-control': 'no-store',
  });

  return (request, reply, outgoing) => {
    const { exchange } = request;
    const { raw } = reply;
    reply.hijack();
    if (!raw.headersSent && !raw.destroyed) {
      const headers = new HeaderList(outgoing.headers);
      for (const [name, value] of everyAnswer) headers.add(name, value);
      addExchangeHeaders(headers, exchange, outgoing);
      if (ledger.isDraining()) headers.add('connection', 'close');
      raw.writeHead(outgoing.status, headers.list);
      raw.end(outgoing.body);
    }
  };
}

/** Node takes headers as one flat list, which costs a third of what an object with spreads does. */
class HeaderList {
  readonly list: string[] = [];
  readonly #own: Headers | undefined;

  /** @param own Stand where headers of the same name would be added. */
  constructor(own: Headers | undefined) {
    this.#own = own;
    for (const name in own) this.list.push(name, own[name] as string);
  }

  add(name: string, value: string): void {
    if (this.#own?.[name] === undefined) this.list.push(name, value);
  }
}

function addExchangeHeaders(headers: HeaderList, exchange: Exchange, outgoing: Outgoing): void {
  const { status, etag, ageSeconds } = outgoing;
  // A 304 has no body, and its headers would speak of the one that the client has.
  if (status !== 304) {
    headers.add('content-type', outgoing.contentType);
    headers.add('content-length', String(Buffer.byteLength(outgoing.body)));
  }
  if (etag !== undefined) headers.add('etag', etag);
  if (ageSeconds !== undefined) headers.add('age', String(ageSeconds));
  headers.add('x-request-id', exchange.requestId);
  if (exchange.vary !== null) headers.add('vary', exchange.vary);
  if (exchange.allowedOrigin !== null) {
    headers.add('access-control-allow-origin', exchange.allowedOrigin);
    headers.add('access-control-expose-headers', EXPOSED);
  }
  if (status < 400) return;
  const ofStatus = STATUS_HEADERS[status];
  for (const name in ofStatus) headers.add(name, ofStatus[name] as string);
}

/** What pages of other origins may read. */
const EXPOSED = 'x-request-id, retry-after, etag, age, cache-status';
