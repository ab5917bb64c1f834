import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { graphql } from 'graphql';
import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { createFederation, FEDERATION, type FixtureSubgraph } from './federation-fixture.ts';
import { serveHttp } from './token-issuer.ts';

export interface ReceivedRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** Serves subgraphs on ports of their own until the test ends, and composes them; resolvers see the headers. */
export async function serveSubgraphs(subgraphs: readonly FixtureSubgraph[]) {
  const { schemas } = createFederation(subgraphs);
  const received: ReceivedRequest[] = [];
  const listeners = new Map<string, RequestListener>();
  const sources = [];
  for (const { name, sdl, cacheControl } of subgraphs) {
    const origin = await serveHttp((request, response) => {
      const replaced = listeners.get(name);
      if (replaced !== undefined) replaced(request, response);
      else {
        if (cacheControl !== undefined) response.setHeader('cache-control', cacheControl);
        void answer(name, request, response);
      }
    });
    sources.push({
      name,
      url: `${origin}/graphql`,
      sdl: sdl.includes('@link(') ? sdl : FEDERATION + sdl,
    });
  }

  async function answer(name: string, request: IncomingMessage, response: ServerResponse) {
    const { query, variables = {} } = JSON.parse(await readBody(request));
    if (query !== '{__typename}')
      received.push({ subgraph: name, query, variables, headers: request.headers });
    const schema = schemas.get(name);
    if (schema === undefined) throw new Error(name);
    const { headers } = request;
    const contextValue = { headers };
    const result = await graphql({
      schema,
      source: query,
      variableValues: variables,
      contextValue,
    });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  }

  const composed = composeSupergraph(sources);
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
  return {
    sources,
    supergraphSdl: composed.supergraphSdl,
    /** What reached the subgraphs, in order. */
    received,
    /** Makes a subgraph behave otherwise from now on. */
    replace: (name: string, listener: RequestListener) => listeners.set(name, listener),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
