import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { checkCrossSite } from './check-cross-site.ts';
import type {
  EdgeAnswer,
  EdgeDoors,
  EdgeRequest,
  EdgeSettings,
  GraphqlParameters,
} from './edge-types.ts';
import { hasEntityTag, toEntityTag } from './entity-tag.ts';
import type { Exchange } from './exchange.ts';
import { CONTENT_TYPES, JSON_RESPONSE, negotiateMediaType } from './negotiate-media-type.ts';
import { parseBodyParameters, parseSearchParameters } from './parse-graphql-parameters.ts';
import { readBody } from './read-body.ts';
import { readCredentials } from './read-credentials.ts';
import type { Outgoing, WriteResponse } from './write-response.ts';

type Search = Readonly<Record<string, unknown>>;

/** How long a browser may remember a preflight, in seconds; Chromium caps it at two hours. */
const PREFLIGHT_SECONDS = '600';

/** Where a browser goes that was pointed at the bare endpoint. */
const TO_PLAYGROUND: Outgoing = {
  status: 303,
  contentType: 'text/plain; charset=utf-8',
  body: 'The playground is at /playground.',
  headers: { location: '/playground', vary: 'accept' },
};

/**
 * Serves `/graphql`: POST, GET for queries, and the preflight of cross-origin pages.
 *
 * What is wrong with the headers is told before the body is read.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export function serveGraphql(
  fastify: FastifyInstance,
  settings: EdgeSettings,
  doors: EdgeDoors,
  writeResponse: WriteResponse,
): void {
  const { corsOrigins } = settings;
  const vary = toVary(settings);

  const checkHeaders = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { exchange, headers } = request;
    if (settings.playground && isVisit(request)) {
      writeResponse(request, reply, TO_PLAYGROUND);
      return;
    }
    const { origin } = headers;
    exchange.vary = vary;
    if (origin !== undefined && corsOrigins.includes(origin)) {
      exchange.allowedOrigin = origin;
    }
    const credentials = readCredentials(headers, settings.tokenCookie);
    exchange.authorization = credentials?.authorization ?? null;
    // A mutation is never answered by GET, so only POST can change something.
    const needsProof = credentials?.fromCookie === true && exchange.method === 'POST';
    const forged = checkCrossSite(headers, corsOrigins, needsProof);
    if (forged !== null) throw new MeshgateError('CROSS_SITE_REQUEST_REFUSED', { message: forged });
    const mediaType = negotiateMediaType(headers.accept);
    if (mediaType === null) throw new MeshgateError('MEDIA_TYPE_NOT_ACCEPTABLE');
    exchange.mediaType = mediaType;
    if (exchange.method === 'POST') checkContentType(request);
    done();
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const parameters =
      request.exchange.method === 'GET'
        ? parseSearchParameters(request.query as Search)
        : parseBodyParameters(await readBody(request.raw, settings.bodyBytes));
    const pending = doors.answerGraphql(new IncomingRequest(request, parameters));
    const given = pending instanceof Promise ? await pending : pending;
    request.exchange.facts = given.facts ?? null;
    writeResponse(request, reply, toOutgoing(request, given));
  };

  fastify.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    onRequest: checkHeaders,
    handler: answer,
  });
  fastify.options('/graphql', (request, reply) => {
    answerPreflight(request, reply, corsOrigins, writeResponse);
  });
}

/** Everything of a request besides its address and body that an answer may depend on. */
function toVary({ corsOrigins, tokenCookie, varyHeaders }: EdgeSettings): string {
  const names = ['accept', 'authorization', ...varyHeaders];
  if (tokenCookie !== null) names.push('cookie');
  if (corsOrigins.length > 0) names.push('origin');
  return [...new Set(names)].join(', ');
}

/**
 * By POST too, a client that has the answer is told so in few bytes: only answers to queries have a
 * digest, and those change nothing.
 */
function toOutgoing({ exchange, headers }: FastifyRequest, given: EdgeAnswer): Outgoing {
  const { mediaType } = exchange;
  const { body, bodyDigest, ageSeconds } = given;
  const status = mediaType === JSON_RESPONSE ? given.jsonStatus : given.status;
  const contentType = CONTENT_TYPES[mediaType];
  if (bodyDigest === undefined) return { status, contentType, body, headers: given.headers };
  const etag = toEntityTag(bodyDigest, mediaType);
  const isKnown = hasEntityTag(headers['if-none-match'], etag);
  return {
    contentType,
    headers: given.headers,
    etag,
    ageSeconds,
    status: isKnown ? 304 : status,
    body: isKnown ? '' : body,
  };
}

/** What came through every check, as the answerer sees it. */
class IncomingRequest implements EdgeRequest {
  readonly parameters: GraphqlParameters;
  readonly method: 'GET' | 'POST';
  readonly authorization: string | null;
  readonly requestId: string;
  readonly client: Exchange;
  private readonly request: FastifyRequest;

  constructor(request: FastifyRequest, parameters: GraphqlParameters) {
    this.parameters = parameters;
    this.method = request.exchange.method === 'GET' ? 'GET' : 'POST';
    this.request = request;
    this.authorization = request.exchange.authorization;
    this.requestId = request.exchange.requestId;
    this.client = request.exchange;
  }

  get address(): string {
    // A client that hung up has no address any more, whatever the type says.
    return this.request.ip ?? '';
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }
}

/** Parameters that make a request one. */
const ASKING = ['query', 'documentId', 'doc_id', 'extensions'];

/** Whether a person opened the address in a browser, without asking anything. */
function isVisit({ exchange, headers, query }: FastifyRequest): boolean {
  return (
    exchange.method === 'GET' &&
    headers.accept?.startsWith('text/html') === true &&
    ASKING.every((name) => (query as Search)[name] === undefined)
  );
}

/** Only JSON in UTF-8: what a page can send unasked (forms, plain text) is refused here. */
function checkContentType({ headers }: FastifyRequest): void {
  const contentType = headers['content-type'];
  if (contentType !== 'application/json' && !isUtf8Json(contentType)) {
    throw new MeshgateError('MEDIA_TYPE_UNSUPPORTED', {
      message: `Expected the content-type "application/json" in UTF-8, given ${contentType === undefined ? 'none' : JSON.stringify(contentType.slice(0, 100))}.`,
    });
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new MeshgateError('MEDIA_TYPE_UNSUPPORTED', {
      message: `Expected a body without content-encoding, given ${JSON.stringify(encoding.slice(0, 100))}.`,
    });
  }
}

function isUtf8Json(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const [mediaType = '', ...parameters] = contentType.toLowerCase().split(';');
  if (mediaType.trim() !== 'application/json') return false;
  return parameters.every((parameter) => {
    const [name, value] = parameter.split('=');
    return name?.trim() !== 'charset' || /^\s*"?utf-?8"?\s*$/.test(value ?? '');
  });
}

/** @see https://fetch.spec.whatwg.org/#cors-preflight-fetch */
function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
  writeResponse: WriteResponse,
): void {
  const { origin, 'access-control-request-headers': asked } = request.headers;
  if (origin !== undefined && !origins.includes(origin)) {
    throw new MeshgateError('CROSS_SITE_REQUEST_REFUSED', {
      message:
        'Expected an origin that this gateway approves for cross-origin requests, given another.',
    });
  }
  request.exchange.allowedOrigin = origin ?? null;
  writeResponse(request, reply, {
    status: 204,
    contentType: 'text/plain; charset=utf-8',
    body: '',
    headers: {
      allow: 'GET, POST, OPTIONS',
      vary: 'origin, access-control-request-headers',
      ...(origin === undefined
        ? {}
        : {
            'access-control-allow-methods': 'GET, POST',
            'access-control-allow-headers': asked ?? 'content-type, authorization',
            'access-control-max-age': PREFLIGHT_SECONDS,
          }),
    },
  });
}
