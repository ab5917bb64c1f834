import { ANONYMOUS, type Principal } from '../principal.ts';
import type { SubgraphGrant, SubgraphTokens } from './create-subgraph-tokens.ts';

/** What a request contributes to the headers of its subgraph calls. */
export interface IncomingHeaders {
  readonly requestId: string;
  /** A header of the client's request, by its lower-case name. */
  readonly header: (name: string) => string | undefined;
}

export type SubgraphHeaders = (
  subgraph: string,
  principal: Principal,
  incoming: IncomingHeaders,
  /** What was granted of the subgraph's product; null and absent stand for nothing. */
  grant?: SubgraphGrant | null,
) => Readonly<Record<string, string>>;

/**
 * Builds the headers that a subgraph is called with: the gateway's token for this
 * caller, the request id, and the client headers that are configured to pass.
 * Nothing else of the client's request reaches a subgraph.
 *
 * @param tokens Null sends no token: the subgraphs are somebody else's.
 * @param forwarded Lower-case names.
 */
export function createSubgraphHeaders(
  tokens: SubgraphTokens | null,
  forwarded: readonly string[],
): SubgraphHeaders {
  return (subgraph, principal, incoming, grant = null) => {
    const headers: Record<string, string> = { 'x-request-id': incoming.requestId };
    for (const name of forwarded) {
      const value = incoming.header(name);
      if (value !== undefined) headers[name] = value;
    }
    if (tokens !== null) {
      headers.authorization = `Bearer ${tokens.tokenFor(principal, subgraph, grant)}`;
    }
    return headers;
  };
}

/** For calls that the gateway makes on its own behalf: no caller, nothing forwarded. */
export function createOwnHeaders(
  headersFor: SubgraphHeaders,
): (subgraph: string) => Readonly<Record<string, string>> {
  const incoming = { requestId: 'readiness', header: () => undefined };
  return (subgraph) => headersFor(subgraph, ANONYMOUS, incoming);
}
