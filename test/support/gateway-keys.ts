import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import { createTokenIssuer } from './token-issuer.ts';

/** What a test says about the caller; the rest has the gateway's usual values. */
export interface TokenFacts {
  readonly subject?: string;
  /** The claim `sub_id`. */
  readonly subjectId?: unknown;
  readonly scope?: string;
  readonly claims?: unknown;
  readonly granted?: unknown;
  readonly audience?: string;
  readonly issuer?: string;
  /** Seconds from now; negative for a token that has expired. Default 60. */
  readonly ttlSeconds?: number;
}

/** A key pair as the gateway has one. */
export interface GatewayKey {
  readonly publicKey: JWK;
  sign(facts?: TokenFacts): Promise<string>;
}

export async function createGatewayKey(kid: string): Promise<GatewayKey> {
  const issuer = await createTokenIssuer('meshgate', 'EdDSA', kid);
  return {
    publicKey: issuer.publicJwk,
    sign({ ttlSeconds = 60, ...facts } = {}) {
      const now = Math.floor(Date.now() / 1000);
      return issuer.sign({
        iss: facts.issuer ?? 'meshgate',
        aud: facts.audience ?? 'notes',
        sub: facts.subject,
        sub_id: facts.subjectId,
        scope: facts.scope,
        claims: facts.claims,
        granted: facts.granted,
        iat: now,
        exp: now + ttlSeconds,
      });
    },
  };
}

/** Serves a key set that the test may change, and counts how often it is fetched. */
export interface KeySetServer {
  readonly url: string;
  keys: readonly JWK[];
  fetches: number;
  close(): Promise<void>;
}

export async function serveKeySet(keys: readonly JWK[]): Promise<KeySetServer> {
  const http = createServer((_request, response) => {
    served.fetches += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: served.keys }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const served: KeySetServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/.well-known/jwks.json`,
    keys,
    fetches: 0,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return served;
}
