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

/** Text that says what subgraphs are told of a caller; empty for nothing. */
export type DescribeTold = (
  principal: Principal,
  incoming: Pick<IncomingHeaders, 'header'>,
) => string;

/**
 * Builds what says, in one text, all that the subgraphs are told of a caller besides who it is
 * and which scopes it has: the row claims in its token, and the headers that are passed on. Equal for
 * two requests exactly when all of that is equal.
 *
 * @param sendsTokens Whether subgraphs get a token, with the claims in it.
 * @param forwarded Lower-case names.
 */
export function createDescribeTold(
  sendsTokens: boolean,
  forwarded: readonly string[],
): DescribeTold {
  const claimTexts = new WeakMap<Principal, string>();
  const describeClaims = (principal: Principal): string => {
    let text = claimTexts.get(principal);
    if (text === undefined) {
      // A principal has its claims in order.
      text = Object.keys(principal.claims).length === 0 ? '' : JSON.stringify(principal.claims);
      claimTexts.set(principal, text);
    }
    return text;
  };
  return (principal, incoming) => {
    const claims = sendsTokens ? describeClaims(principal) : '';
    if (forwarded.length === 0) return claims;
    const values = forwarded.map((name) => incoming.header(name) ?? null);
    return values.every((value) => value === null) ? claims : JSON.stringify([claims, values]);
  };
}

/** For calls that the gateway makes on its own behalf: no caller, nothing forwarded. */
export function createOwnHeaders(
  headersFor: SubgraphHeaders,
): (subgraph: string) => Readonly<Record<string, string>> {
  const incoming = { requestId: 'readiness', header: () => undefined };
  return (subgraph) => headersFor(subgraph, ANONYMOUS, incoming);
}
