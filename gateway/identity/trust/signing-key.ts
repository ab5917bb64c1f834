import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { calculateJwkThumbprint, type JSONWebKeySet } from 'jose';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { SigningJwk } from './sign-jwt.ts';

/** A key of this installation, kept in a file. */
export interface SigningKey {
  readonly privateJwk: SigningJwk;
  /** The public half, as it is published. */
  readonly publicJwks: JSONWebKeySet;
  /** File that holds `publicJwks`: `key.json` has `key.jwks.json` beside it. */
  readonly publicJwksFile: string;
}

/**
 * Loads the signing key of a file, or makes one when there is no file yet.
 *
 * A new key is readable by its owner only (0600) and appears whole or not at all; of several
 * processes that create it at once one wins, and all return the winner's. The public key set is
 * written beside it, for those who check signatures on the same machine.
 *
 * @param file Path of a private Ed25519 JWK in JSON. Its folder is made when missing.
 * @throws {MeshgateError} `CONFIG_INVALID` when the file holds something else or cannot be read.
 */
export async function loadOrCreateSigningKey(file: string): Promise<SigningKey> {
  return (await loadSigningKey(file)) ?? createSigningKey(file);
}

/**
 * Loads the signing key of a file.
 *
 * The public key set beside it is written when it is missing or outdated, as far as that is
 * possible: the folder of a mounted secret often cannot be written to, and is none the worse for it.
 *
 * @returns Null when there is no such file.
 * @throws {MeshgateError} `CONFIG_INVALID` when the file holds something else or cannot be read.
 */
export async function loadSigningKey(file: string): Promise<SigningKey | null> {
  const text = await readIfPresent(file);
  if (text === null) return null;

  const key = await parseSigningKey(text, file);
  await publish(key).catch(() => undefined);
  return key;
}

async function createSigningKey(file: string): Promise<SigningKey> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' });
  // A hard link fails where a rename would replace: the first creator's key stays.
  const failure = await link(draft, file).catch((error: NodeJS.ErrnoException) => error);
  await unlink(draft);

  const text = await readIfPresent(file);
  if (text === null) {
    const message = `The key file ${file} cannot be made (${failure?.code}).`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause: failure });
  }
  const key = await parseSigningKey(text, file);
  await publish(key);
  return key;
}

async function readIfPresent(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    const message = `The key file ${file} cannot be read (${code}).`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause: error });
  }
}

/** The cause is left out on purpose: the message of a JSON error repeats the text, which is the key. */
async function parseSigningKey(text: string, file: string): Promise<SigningKey> {
  const jwk = toSigningJwk(text);
  if (jwk === null) {
    const message = `Expected a private Ed25519 key as a JSON Web Key in ${file}; move the file away to have a new key made.`;
    throw new MeshgateError('CONFIG_INVALID', { message });
  }
  const { kty, crv, x, d } = jwk;
  const kid = jwk.kid ?? (await calculateJwkThumbprint({ kty, crv, x }));
  return {
    privateJwk: { kty, crv, x, d, kid },
    publicJwks: { keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }] },
    publicJwksFile: `${file.replace(/\.json$/, '')}.jwks.json`,
  };
}

/** @returns Null when the text is anything but a private key whose public half belongs to it. */
function toSigningJwk(text: string): (Omit<SigningJwk, 'kid'> & { kid: string | null }) | null {
  try {
    const jwk = JSON.parse(text) as Record<string, unknown>;
    const { kty, crv, x, d, kid } = jwk;
    if (kty !== 'OKP' || crv !== 'Ed25519' || typeof d !== 'string') return null;
    const pair = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' }));
    if (typeof x !== 'string' || pair.export({ format: 'jwk' }).x !== x) return null;
    return { kty, crv, x, d, kid: typeof kid === 'string' ? kid : null };
  } catch {
    return null;
  }
}

/** Readers never see half a file, and writers of the same key write the same. */
async function publish({ publicJwks, publicJwksFile }: SigningKey): Promise<void> {
  const text = `${JSON.stringify(publicJwks)}\n`;
  const present = await readFile(publicJwksFile, 'utf8').catch(() => null);
  if (present === text) return;

  const draft = `${publicJwksFile}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o644, flag: 'wx' });
  await rename(draft, publicJwksFile).catch(async (error: unknown) => {
    await unlink(draft);
    throw error;
  });
}
