import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../gateway/http/create-http-server.ts';
import { createEdgeDoors, EDGE_SETTINGS } from '../support/start-edge.ts';

/**
 * The GraphQL over HTTP specification, as the server audits of `graphql-http` read it.
 *
 * An audit keeps its id for good, so a failure can be looked up in the package.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
let server: HttpServer;
let target: string;

/** The one place that says which server is audited. */
async function startTarget(): Promise<string> {
  server = createHttpServer(EDGE_SETTINGS, createEdgeDoors());
  const { url } = await server.listen();
  return `${url}/graphql`;
}

beforeAll(async () => {
  target = await startTarget();
});

afterAll(() => server.close(0));

test.each(serverAudits({ url: () => target }))('$id $name', async ({ fn }) => {
  const result = await fn();

  expect(result).toMatchObject({ status: 'ok' });
});
