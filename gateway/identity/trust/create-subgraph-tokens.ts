import type { JSONWebKeySet } from 'jose';
import { LRUCache } from 'lru-cache';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { Principal } from '../principal.ts';
import type { RowClaims } from './row-claims.ts';
import { createSignJwt, type SigningJwk } from './sign-jwt.ts';

export interface SubgraphTokensSettings {
  readonly privateJwk: SigningJwk;
  /** `iss` of the tokens: what subgraphs know this gateway by. */
  readonly issuer: string;
  readonly lifetimeSeconds: number;
  readonly rowClaims: RowClaims;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What was granted to a caller of one data product, beside what the scopes open. */
export interface SubgraphGrant {
  /** Types and fields; `*` stands for all that the product protects against reading. */
  readonly coordinates: readonly string[];
  /** The coordinates as one text: all that the product is told. */
  readonly told: string;
  /** Equal for two only when they open the same until the same moment. */
  readonly fingerprint: string;
  /** From when it holds no more, in epoch milliseconds. */
  readonly endsAtMs: number;
}

export interface SubgraphTokens {
  /**
   * The token to call a subgraph with on a principal's behalf.
   *
   * Remembered per principal, subgraph and grant until the last quarter of its lifetime. It never
   * outlives the caller's own token, nor, by more than a second, what was granted.
   *
   * @param grant Null when nothing was granted of this product.
   * @throws {MeshgateError} `TOKEN_EXPIRED` when the caller's own token has expired meanwhile.
   */
  tokenFor(principal: Principal, subgraph: string, grant?: SubgraphGrant | null): string;
  /** What subgraphs check the tokens with, for `/.well-known/jwks.json`. */
  readonly publicJwks: JSONWebKeySet;
}

interface Remembered {
  readonly token: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Principals and subgraphs together; a token of a usual size takes a kilobyte. */
const REMEMBERED_TOKENS = 20_000;

/**
 * Builds the source of the tokens that subgraphs trust: signed with EdDSA, made for one subgraph,
 * valid for a minute or so, carrying subject and its issuer, scopes, and of its row claims
 * those that concern the subgraph.
 */
export function createSubgraphTokens(settings: SubgraphTokensSettings): SubgraphTokens {
  const { privateJwk, issuer, lifetimeSeconds, rowClaims, now } = settings;
  const signJwt = createSignJwt(privateJwk);
  const remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_TOKENS });
  const { kty, crv, x, kid } = privateJwk;

  return {
    publicJwks: { keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }] },

    tokenFor(principal, subgraph, grant = null) {
      const nowSeconds = Math.floor(now() / 1000);
      const ownExpiresAt = Math.floor(principal.expiresAt);
      if (ownExpiresAt <= nowSeconds) throw new MeshgateError('TOKEN_EXPIRED');
      const callerExpiresAt =
        grant === null ? ownExpiresAt : Math.min(ownExpiresAt, Math.ceil(grant.endsAtMs / 1000));

      // Two tokens of one caller share a fingerprint but may expire at different times.
      const granted = grant === null ? '' : `\n${grant.fingerprint}`;
      const key = `${principal.fingerprint}\n${subgraph}${granted}`;
      const known = remembered.get(key);
      const expiresAt = Math.min(nowSeconds + lifetimeSeconds, callerExpiresAt);
      const earliest = Math.min(nowSeconds + lifetimeSeconds / 4, callerExpiresAt);
      if (known && known.expiresAt >= earliest && known.expiresAt <= callerExpiresAt) {
        return known.token;
      }

      const token = signJwt({
        iss: issuer,
        aud: subgraph,
        ...toSubject(principal),
        scope: [...principal.scopes].join(' '),
        claims: rowClaims.of(principal, subgraph),
        ...(grant === null ? {} : { granted: grant.coordinates }),
        iat: nowSeconds,
        exp: expiresAt,
      });
      remembered.set(key, { token, expiresAt });
      return token;
    },
  };
}

/**
 * A subject is somebody's name at one issuer, and the token is the gateway's own: so it says whose.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9493#section-3.2.3
 */
function toSubject({ issuer, subject }: Principal) {
  if (subject === null) return {};
  if (issuer === null) return { sub: subject };
  return { sub: subject, sub_id: { format: 'iss_sub', iss: issuer, sub: subject } };
}
