import type { GraphiQLProps } from 'graphiql';
import { toRequestParameters } from './request-parameters.ts';

type Fetcher = GraphiQLProps['fetcher'];

/**
 * Sends operations to the gateway that served the page, and nowhere else.
 *
 * @param token Sent as a bearer token; empty for an anonymous caller. A header typed in the tab goes before it.
 */
export function createFetcher(token: string): Fetcher {
  return async (parameters, options) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      credentials: 'omit',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(options?.headers as Readonly<Record<string, string>> | undefined),
      },
      body: JSON.stringify(toRequestParameters(parameters)),
    });
    return response.json();
  };
}
