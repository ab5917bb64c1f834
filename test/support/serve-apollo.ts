/**
 * Apollo Server over real HTTP, with whichever gateway a test gives it.
 *
 * @module
 */
import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type BaseContext,
} from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { onTestFinished } from 'vitest';

export type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** A response of Apollo Server, as a client reads it. */
export interface ApolloBody {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Nothing that a gateway logs belongs into the report of the tests. */
export const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Serves a gateway by Apollo Server until the test ends. The request's headers are
 * the context value, as most servers have it in one form or another.
 */
export async function serveApollo(
  gateway: Gateway,
  options: Partial<ApolloServerOptionsWithGateway<BaseContext>> = {},
) {
  const server = new ApolloServer<BaseContext>({
    gateway,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    logger: QUIET,
    ...options,
  } as ApolloServerOptionsWithGateway<BaseContext>);
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) => ({ headers: req.headers }),
  });
  onTestFinished(() => server.stop());
  return {
    server,
    url,
    async post(
      query: string,
      variables: Readonly<Record<string, unknown>> = {},
      headers: Readonly<Record<string, string>> = {},
      operationName?: string,
    ) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables, operationName }),
      });
      const text = await response.text();
      const body = JSON.parse(text) as ApolloBody;
      return { status: response.status, headers: response.headers, text, body };
    },
  };
}
