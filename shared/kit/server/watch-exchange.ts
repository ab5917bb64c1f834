import type { ApolloServerPlugin } from '@apollo/server';
import type { ProductContext } from '../define-product.ts';
import type { Exchange } from './exchange.ts';
import { toHiddenCause } from './mask-error.ts';

/** The context of resolvers, and what only the kit sees of it. */
export interface ExchangeContext extends ProductContext<unknown> {
  readonly exchange: Exchange;
}

/**
 * Follows a request through GraphQL: notes operation and errors, logs what the
 * answer will not say, and ends the database session when the answer is complete.
 */
export function createExchangeWatch(): ApolloServerPlugin<ExchangeContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue, operationName }) {
          contextValue.exchange.operation = operationName;
        },

        async didEncounterErrors({ contextValue, errors }) {
          for (const error of errors) {
            const cause = toHiddenCause(error);
            if (cause === null) continue;
            contextValue.log.error({ err: cause, path: error.path }, 'A resolver failed.');
          }
        },

        async willSendResponse({ contextValue, response }) {
          const { exchange } = contextValue;
          if (response.body.kind === 'single') {
            for (const error of response.body.singleResult.errors ?? []) {
              exchange.errorCodes.push(String(error.extensions?.code));
            }
          }
          // Nothing was written, so the answer need not wait for the COMMIT.
          void exchange.session?.end();
        },
      };
    },
  };
}
