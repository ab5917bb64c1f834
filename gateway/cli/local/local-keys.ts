import { join, resolve } from 'node:path';

import { loadOrCreateDevelopmentIssuer } from '../../identity/trust/development-issuer.ts';
import { loadOrCreateSigningKey, loadSigningKey } from '../../identity/trust/signing-key.ts';
import { ensureLocalSecret } from './local-secret.ts';

/** The keys in a data folder. */
export interface LocalKeys {
  /** Signs the gateway's tokens for products: `SUBGRAPH_TRUST_KEY_FILE`. */
  readonly signingKeyFile: string;
  /** What products check them with: `GATEWAY_JWKS`. */
  readonly jwksFile: string;
  /** The development issuer as the gateway's settings have it: `ISSUERS`. */
  readonly issuers: string;
  /** Its name. */
  readonly issuer: string;
  /** What keyed hashes of masked values are made with: `MASK_SECRET`, after `file:`. */
  readonly maskSecretFile: string;
}

/** File of the signing key in a data folder; its public half is beside it. */
function signingKeyFileOf(dataFolder: string): string {
  return join(dataFolder, 'keys', 'subgraph-trust.json');
}

/**
 * Loads the keys of a data folder and makes those that are missing.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when a key file is spoilt.
 */
export async function prepareLocalKeys(dataFolder: string): Promise<LocalKeys> {
  const signingKeyFile = signingKeyFileOf(dataFolder);
  const maskSecretFile = join(dataFolder, 'keys', 'mask-secret');
  const [key, { issuer, audience, jwksFile: jwks }] = await Promise.all([
    loadOrCreateSigningKey(signingKeyFile),
    loadOrCreateDevelopmentIssuer(dataFolder),
    ensureLocalSecret(maskSecretFile),
  ]);
  return {
    signingKeyFile,
    maskSecretFile,
    jwksFile: key.publicJwksFile,
    issuer,
    issuers: JSON.stringify([{ issuer, audiences: [audience], jwks, algorithms: ['EdDSA'] }]),
  };
}

/**
 * Finds the public half of a data folder's signing key.
 *
 * @returns Path for `GATEWAY_JWKS`; null when the folder has no key.
 */
export async function findLocalJwks(dataFolder: string): Promise<string | null> {
  const key = await loadSigningKey(signingKeyFileOf(resolve(dataFolder)));
  return key?.publicJwksFile ?? null;
}
