/**
 * How an API key is written: `mgk_<id>_<secret><checksum>`.
 *
 * The id (12 hexadecimal digits) finds the key, the secret (64 digits, 256 bits at random) proves
 * it. The checksum (8 digits, CRC-32 of all before it) tells a mistyped or cut-off key without a
 * look-up, and lets scanners of leaked secrets recognise a real one. It protects nothing.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What an API key says. */
export interface ApiKeyParts {
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

const API_KEY = /^(mgk_([\da-f]{12})_([\da-f]{64}))([\da-f]{8})$/;

/** Whether a text means to be an API key, well-formed or not. */
export const looksLikeApiKey = (text: string): boolean => text.startsWith('mgk_');

/** Writes a key. @param id Twelve hexadecimal digits. @param secret 32 random bytes. */
export function renderApiKey({ id, secret }: ApiKeyParts): string {
  const body = `mgk_${id}_${Buffer.from(secret).toString('hex')}`;
  return body + toChecksum(body);
}

/** Reads a key; null when it is none or its checksum does not fit. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const [, body, id, secret, checksum] = API_KEY.exec(text) ?? [];
  if (body === undefined || id === undefined || secret === undefined) return null;
  return toChecksum(body) === checksum ? { id, secret: Buffer.from(secret, 'hex') } : null;
}

/**
 * What is kept of a secret.
 *
 * A plain SHA-256 is enough here, and a slow or salted hash would buy nothing: those protect
 * passwords, which can be guessed. Nobody guesses 256 random bits, no two keys share a secret, and
 * a request must not cost the tenth of a second that a password hash takes.
 */
export function hashSecret(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

const toChecksum = (body: string): string => crc32(body).toString(16).padStart(8, '0');
