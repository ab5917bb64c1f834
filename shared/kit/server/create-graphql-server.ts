import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger, LogWrite } from '../../telemetry/logger.ts';
import { maskError } from './mask-error.ts';
import { createExchangeWatch, type ExchangeContext } from './watch-exchange.ts';

export interface GraphqlServerSettings {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly log: Logger;
}

/** Makes and starts the GraphQL half of a product. Nothing in it phones home. */
export async function createGraphqlServer(
  settings: GraphqlServerSettings,
): Promise<ApolloServer<ExchangeContext>> {
  const server = new ApolloServer<ExchangeContext>({
    schema: settings.schema,
    introspection: settings.introspection,
    formatError: maskError,
    includeStacktraceInErrorResponses: false,
    stringifyResult: (result) => JSON.stringify(result),
    persistedQueries: false,
    // Every request needs a token, which no foreign web page has.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    logger: toApolloLogger(settings.log),
    plugins: [
      createExchangeWatch(),
      ApolloServerPluginCacheControl(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return server;
}

type ApolloLogger = Record<'debug' | 'info' | 'warn' | 'error', (message?: unknown) => void>;

function toApolloLogger(log: Logger): ApolloLogger {
  const pass = (write: LogWrite) => (message?: unknown) =>
    write({ said: String(message) }, 'Apollo Server has something to say.');
  return {
    debug: pass(log.debug.bind(log)),
    info: pass(log.info.bind(log)),
    warn: pass(log.warn.bind(log)),
    error: pass(log.error.bind(log)),
  };
}
