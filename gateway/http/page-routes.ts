import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { EdgeDoors, EdgeSettings } from './edge-types.ts';
import { renderStartPage } from './render-start-page.ts';
import { START_PAGE_POLICY } from './start-page-style.ts';
import { securityHeaders, type WriteResponse } from './write-response.ts';

const HTML_TYPE = 'text/html; charset=utf-8';

/**
 * Content security policy of the playground: nothing from elsewhere, no inline script.
 *
 * The code editor writes style elements and starts workers from blobs; both are
 * allowed for that reason alone.
 */
const PLAYGROUND_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves what people look at: the start page, and the playground where it is enabled. */
export function servePages(
  fastify: FastifyInstance,
  settings: EdgeSettings,
  doors: EdgeDoors,
  writeResponse: WriteResponse,
): void {
  fastify.get('/', async (request, reply) => {
    const readiness = await doors.ready().catch(() => null);
    writeResponse(request, reply, {
      status: 200,
      contentType: HTML_TYPE,
      body: renderStartPage(doors.startPage(), readiness, `${request.protocol}://${request.host}`),
      headers: { 'content-security-policy': START_PAGE_POLICY },
    });
  });
  if (settings.playground && settings.portalFolder !== null) {
    servePlayground(fastify, settings.portalFolder, doors, writeResponse);
    servePortalFiles(fastify, settings.portalFolder, settings.strictTransportSecurity);
  }
}

function servePlayground(
  fastify: FastifyInstance,
  portalFolder: string,
  doors: EdgeDoors,
  writeResponse: WriteResponse,
): void {
  fastify.get('/playground', async (request, reply) => {
    writeResponse(request, reply, {
      status: 200,
      contentType: HTML_TYPE,
      body: await loadPage(join(portalFolder, 'playground.html')),
      headers: { 'content-security-policy': PLAYGROUND_POLICY },
    });
  });

  fastify.get('/playground/examples.json', (request, reply) => {
    writeResponse(request, reply, {
      status: 200,
      contentType: 'application/json; charset=utf-8',
      body: JSON.stringify(doors.exampleOperations()),
    });
  });
}

async function loadPage(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new MeshgateError('ROUTE_UNKNOWN', {
      message: 'The playground is not built on this server; run `npm run build` once.',
      cause,
    });
  }
}

/** The files' names carry a hash of their content, so a browser never needs to ask again. */
function servePortalFiles(
  fastify: FastifyInstance,
  portalFolder: string,
  strictTransportSecurity: boolean,
): void {
  const headers = {
    ...securityHeaders(strictTransportSecurity),
    'content-security-policy': PLAYGROUND_POLICY,
  };
  fastify.register(fastifyStatic, {
    root: join(portalFolder, 'assets'),
    prefix: '/portal/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
    suppressWarning: true,
    setHeaders: (reply) => {
      reply.headers(headers).header('x-request-id', reply.request.exchange.requestId);
    },
  });
}
