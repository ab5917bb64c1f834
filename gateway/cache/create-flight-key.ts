import type { Principal } from '../identity/principal.ts';

/** What of a request its answer depends on. */
export interface KeyedRequest {
  readonly parameters: {
    readonly operationName: string | null;
    readonly variables: Readonly<Record<string, unknown>> | null;
    readonly extensions: Readonly<Record<string, unknown>> | null;
  };
  readonly method: string;
  /** The `authorization` header as it came, null when there is none. */
  readonly authorization: string | null;
  /** Another header, by its lower-case name. */
  readonly header: (name: string) => string | undefined;
}

/**
 * @param operation Identity of the prepared operation: its document, supergraph and authorization shape.
 * @param grants Fingerprint of what was granted to the caller; null for nothing.
 */
export type FlightKey = (
  request: KeyedRequest,
  principal: Principal,
  operation: string,
  grants: string | null,
) => string;

/**
 * Builds the key under which requests in flight are one: equal for two requests
 * only when everything is equal that can change the answer or what a data product
 * is sent. Only the request id may differ.
 *
 * The credentials count as they came and as what was found in them, so that two
 * tokens of one caller are two, and one token never stands for two callers.
 *
 * @param forwarded Lower-case names of the client's headers that reach data products.
 */
export function createFlightKey(forwarded: readonly string[]): FlightKey {
  return (request, principal, operation, grants) => {
    const { operationName, variables, extensions } = request.parameters;
    // A list as JSON cannot be read in two ways, whatever clients put into its members.
    return JSON.stringify([
      operation,
      request.method,
      operationName,
      variables,
      extensions,
      request.authorization,
      principal.fingerprint,
      grants,
      ...forwarded.map((name) => request.header(name)),
    ]);
  };
}
