import { onTestFinished } from 'vitest';
import { createHttpServer, type HttpServer } from '../../gateway/http/create-http-server.ts';
import type { EdgeDoors, EdgeSettings } from '../../gateway/http/edge-types.ts';
import { createGraphqlJsAnswerer } from './graphql-js-answerer.ts';

/** Generous settings on a free port; a test narrows the one it is about. */
export const EDGE_SETTINGS: EdgeSettings = {
  host: '127.0.0.1',
  port: 0,
  bodyBytes: 100_000,
  urlBytes: 8000,
  headerBytes: 16_384,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 5000,
  tokenCookie: null,
  varyHeaders: [],
  corsOrigins: [],
  strictTransportSecurity: false,
  trustProxy: [],
  playground: false,
  portalFolder: null,
};

/** Doors to a small schema, with a log and metrics that remember nothing. */
export function createEdgeDoors(): EdgeDoors {
  return {
    answerGraphql: createGraphqlJsAnswerer(),
    invalidateCache: null,
    ready: async () => ({
      ready: true,
      supergraph: 'v1',
      products: [{ name: 'orders', state: 'up' }],
    }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    jwks: () => ({ keys: [] }),
    observeRequest: () => undefined,
    log: { isLevelEnabled: () => false, info() {}, warn() {}, error() {} },
    startPage: () => ({
      name: 'Meshgate',
      version: '0.1.0',
      mode: 'development',
      products: [],
      endpoints: [],
    }),
    exampleOperations: () => [],
  };
}

/** A real edge on a free port, closed when the test ends. */
export async function startEdge(
  settings: Partial<EdgeSettings> = {},
  doors: Partial<EdgeDoors> = {},
): Promise<HttpServer & { readonly url: string; readonly port: number }> {
  const server = createHttpServer(
    { ...EDGE_SETTINGS, ...settings },
    { ...createEdgeDoors(), ...doors },
  );
  const address = await server.listen();
  onTestFinished(() => server.close(0));
  return { ...server, ...address };
}
