/**
 * An issuer for development: it gives everyone on this machine any token they ask for.
 *
 * Its key is made on first use and stays in the data folder. A gateway trusts it only when its
 * key set is configured like that of any other issuer.
 *
 * @module
 */
import { resolve } from 'node:path';

import { createSignJwt } from './sign-jwt.ts';
import { loadOrCreateSigningKey, loadSigningKey, type SigningKey } from './signing-key.ts';

export interface DevelopmentIssuer {
  /** `iss` of its tokens. */
  readonly issuer: string;
  /** `aud` of its tokens when none is asked for. */
  readonly audience: string;
  /** Absolute path of its public key set: what `jwks` is in `ISSUERS`. */
  readonly jwksFile: string;
  readonly key: SigningKey;
}

/** What a development token says. */
export interface DevelopmentTokenRequest {
  readonly subject: string;
  readonly scopes: readonly string[];
  /** More claims; those of `RESERVED_CLAIMS` are overwritten. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly ttlSeconds: number;
  readonly audience?: string;
}

/** Claims that the issuer itself writes. */
export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'scope',
]);

/**
 * Loads the issuer of a data folder, made on first use.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when its key file is spoilt.
 */
export async function loadOrCreateDevelopmentIssuer(
  dataFolder: string,
): Promise<DevelopmentIssuer> {
  return toIssuer(await loadOrCreateSigningKey(toKeyFile(dataFolder)));
}

/**
 * Loads the issuer of a data folder.
 *
 * @returns Null when the folder has none.
 * @throws {MeshgateError} `CONFIG_INVALID` when its key file is spoilt.
 */
export async function loadDevelopmentIssuer(dataFolder: string): Promise<DevelopmentIssuer | null> {
  const key = await loadSigningKey(toKeyFile(dataFolder));
  return key === null ? null : toIssuer(key);
}

/** Makes a token. @param nowMs Epoch milliseconds. */
export function mintDevelopmentToken(
  issuer: DevelopmentIssuer,
  request: DevelopmentTokenRequest,
  nowMs: number,
): string {
  const iat = Math.floor(nowMs / 1000);
  return createSignJwt(issuer.key.privateJwk)({
    ...request.claims,
    iss: issuer.issuer,
    sub: request.subject,
    aud: request.audience ?? issuer.audience,
    scope: request.scopes.join(' '),
    iat,
    exp: iat + request.ttlSeconds,
  });
}

const toKeyFile = (dataFolder: string): string =>
  resolve(dataFolder, 'keys', 'development-issuer.json');

const toIssuer = (key: SigningKey): DevelopmentIssuer => ({
  issuer: 'http://127.0.0.1/meshgate-development',
  audience: 'meshgate',
  jwksFile: key.publicJwksFile,
  key,
});
