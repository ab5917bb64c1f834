/**
 * A real gateway over real HTTP: subgraphs on ports of their own, a supergraph
 * file, an issuer whose keys are in a file.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql } from 'graphql';
import { onTestFinished } from 'vitest';
import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { serveGateway } from '../../gateway/serve-gateway.ts';
import { createFederation, FEDERATION, type FixtureSubgraph } from './federation-fixture.ts';
import { createTokenIssuer, serveHttp } from './token-issuer.ts';

export interface ReceivedRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
}

/** A GraphQL response as a client reads it. */
export interface AnswerBody {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

const AUDIENCE = 'meshgate';

/** Serves subgraphs and a gateway over them until the test ends. */
export async function serveFederation(
  subgraphs: readonly FixtureSubgraph[],
  settings: Readonly<Record<string, string>> = {},
) {
  const { schemas } = createFederation(subgraphs);
  const received: ReceivedRequest[] = [];
  const listeners = new Map<string, RequestListener>();
  const sources = [];
  for (const { name, sdl } of subgraphs) {
    const origin = await serveHttp((request, response) => {
      const replaced = listeners.get(name);
      if (replaced !== undefined) replaced(request, response);
      else void answer(name, request, response);
    });
    sources.push({
      name,
      url: `${origin}/graphql`,
      sdl: sdl.includes('@link(') ? sdl : FEDERATION + sdl,
    });
  }

  async function answer(name: string, request: IncomingMessage, response: ServerResponse) {
    const { query, variables } = JSON.parse(await readBody(request));
    if (query !== '{__typename}')
      received.push({ subgraph: name, query, headers: request.headers });
    const schema = schemas.get(name);
    if (schema === undefined) throw new Error(name);
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  }

  const folder = await mkdtemp(join(tmpdir(), 'meshgate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const composed = composeSupergraph(sources);
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
  const issuer = await createTokenIssuer();
  const file = (name: string) => join(folder, name);
  await writeFile(file('supergraph.graphql'), composed.supergraphSdl);
  await writeFile(file('jwks.json'), JSON.stringify({ keys: [issuer.publicJwk] }));

  const gateway = await serveGateway({
    SUPERGRAPH_FILE: file('supergraph.graphql'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    ISSUERS: JSON.stringify([
      {
        issuer: issuer.issuer,
        audiences: [AUDIENCE],
        jwks: file('jwks.json'),
        algorithms: ['ES256'],
      },
    ]),
    ...settings,
  });
  onTestFinished(() => gateway.close());

  return {
    url: gateway.url,
    received,
    issuer,
    /** Makes a subgraph behave otherwise from now on. */
    replace: (name: string, listener: RequestListener) => listeners.set(name, listener),
    token: (claims: object = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const fixed = { iss: issuer.issuer, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 300 };
      return issuer.sign({ ...fixed, ...claims });
    },
    async post(body: unknown, headers: Readonly<Record<string, string>> = {}) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const answer = (await response.json()) as AnswerBody;
      return { status: response.status, headers: response.headers, body: answer };
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
