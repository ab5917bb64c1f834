import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import { onTestFinished } from 'vitest';

/** Makes tokens like an OIDC issuer does, and any that no honest issuer makes. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly alg: string;
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
  /** @param payload Claims, or the exact text of the payload. */
  sign(payload: object | string, header?: object): Promise<string>;
}

export async function createTokenIssuer(
  issuer = 'https://id.example',
  alg = 'ES256',
  kid = `${alg}-1`,
): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    issuer,
    alg,
    kid,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (payload, header = {}) => {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return new CompactSign(new TextEncoder().encode(text))
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey);
    },
  };
}

/** One part of a token, from its exact text. */
export const encodePart = (part: object | string): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** Serves HTTP on a free port of this machine until the test ends. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
