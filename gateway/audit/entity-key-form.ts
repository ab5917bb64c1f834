import { createHmac } from 'node:crypto';

/** How the keys of entities stand in records; keys are personal data. */
export interface EntityKeyForm {
  /** As a record says it: `plain`, or `hashed:` and what tells the secret from others. */
  readonly name: string;
  /** @returns Null for a key that is too long to be kept. */
  toKept(key: string): string | null;
}

/** Characters of a key that is kept as it is. */
const LONGEST_KEY = 256;
/** Of base64url, six bits each. */
const HASH_CHARACTERS = 24;
const NAME_CHARACTERS = 8;

/** Keys as they are, but for what PostgreSQL has no place for. */
export const PLAIN_KEYS: EntityKeyForm = {
  name: 'plain',
  toKept: (key) => (key.length > LONGEST_KEY ? null : toStorable(key)),
};

/**
 * Keys as keyed hashes: of one secret, equal keys have equal hashes, and without it nobody can tell
 * which key a hash is of, though there may be few keys to try.
 */
export function createHashedKeys(secret: string): EntityKeyForm {
  const hash = (purpose: string, text: string, characters: number): string =>
    createHmac('sha256', secret)
      .update(`${purpose}\n${text}`)
      .digest('base64url')
      .slice(0, characters);
  return {
    name: `hashed:${hash('name', '', NAME_CHARACTERS)}`,
    toKept: (key) => hash('key', key, HASH_CHARACTERS),
  };
}

/** PostgreSQL has no place for NUL and half characters; one of them must not stop the ledger. */
export function toStorable(text: string): string {
  return Buffer.from(text).toString().replaceAll('\u0000', '\uFFFD');
}
