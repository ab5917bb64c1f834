import { ANONYMOUS, type Principal } from '../principal.ts';
import type { SubgraphGrant, SubgraphTokens } from './create-subgraph-tokens.ts';
import type { RowClaims } from './row-claims.ts';

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

/** Says what subgraphs are told of a caller besides who it is, which scopes it has and what it was granted. */
export interface DescribeTold {
  /** The row claims that are in tokens for them, as `RowClaims` describes them. */
  readonly claimsOfAll: (principal: Principal, subgraphs: readonly string[]) => string;
  readonly claimsOfOne: (principal: Principal, subgraph: string) => string;
  /** Whether they are told what was granted of them. */
  readonly tellsGrants: boolean;
  /** The headers that are passed on to all of them, as JSON; empty for none. */
  readonly forwarded: (incoming: Pick<IncomingHeaders, 'header'>) => string;
}

/**
 * Builds what says that. A text is equal for two requests exactly when the subgraphs are told the same.
 *
 * @param rowClaims Null where subgraphs get no token, which claims and grants are in.
 * @param forwarded Lower-case names.
 */
export function createDescribeTold(
  rowClaims: RowClaims | null,
  forwarded: readonly string[],
): DescribeTold {
  return {
    tellsGrants: rowClaims !== null,
    claimsOfAll: (principal, subgraphs) => rowClaims?.describeAll(principal, subgraphs) ?? '',
    claimsOfOne: (principal, subgraph) => rowClaims?.describeOne(principal, subgraph) ?? '',
    forwarded(incoming) {
      if (forwarded.length === 0) return '';
      const values = forwarded.map((name) => incoming.header(name) ?? null);
      return values.every((value) => value === null) ? '' : JSON.stringify(values);
    },
  };
}

/** For calls that the gateway makes on its own behalf: no caller, nothing forwarded. */
export function createOwnHeaders(
  headersFor: SubgraphHeaders,
): (subgraph: string) => Readonly<Record<string, string>> {
  const incoming = { requestId: 'readiness', header: () => undefined };
  return (subgraph) => headersFor(subgraph, ANONYMOUS, incoming);
}
