import { timingSafeEqual } from 'node:crypto';

import { type CheckedCredential, type Rejection, reject } from '../authentication-outcome.ts';
import type { CredentialRegister } from '../credential-register.ts';
import { API_KEY_ISSUER } from '../principal.ts';
import type { ApiKeyRecord } from './api-key-record.ts';
import { hashSecret, parseApiKey } from './api-key-text.ts';

/**
 * Checks an API key against the register. Synchronous: a hash and a look-up.
 *
 * A key that is unknown, revoked or has another secret is refused with one answer, so that nobody
 * learns which ids exist; that it has expired is told only to who has its secret.
 *
 * @param nowSeconds Epoch seconds.
 * @returns `API_KEY_INVALID`, or `TOKEN_EXPIRED` for a key or secret whose time is over.
 */
export function checkApiKey(
  text: string,
  register: CredentialRegister,
  nowSeconds: number,
): (CheckedCredential & { readonly record: ApiKeyRecord }) | Rejection {
  const parts = parseApiKey(text);
  if (parts === null) {
    return reject('API_KEY_INVALID', 'The API key is mistyped or cut off: its checksum is wrong.');
  }
  const record = register.findApiKey(parts.id);
  if (record === undefined) return reject('API_KEY_INVALID');
  const hash = hashSecret(parts.secret);
  const secret = record.secrets.find((one) => timingSafeEqual(one.hash, hash));
  if (secret === undefined) return reject('API_KEY_INVALID');

  const { principal, issuedAt } = secret;
  if (principal.expiresAt <= nowSeconds) {
    return reject('TOKEN_EXPIRED', 'The API key has expired; get a new one.');
  }
  const { id } = record;
  const facts = { issuer: API_KEY_ISSUER, subject: id, tokenId: null, keyId: id, issuedAt };
  return { ok: true, principal, facts, record };
}
