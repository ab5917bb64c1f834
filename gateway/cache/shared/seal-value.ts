/**
 * Values for a store that others can write to: what comes back is what was put there under that
 * key, or nothing.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Makes texts of values and values of texts. */
export interface SealValue {
  /** @param key Where it is put: at another key the text is worth nothing. */
  seal(key: string, value: unknown): string;
  /** @returns Undefined for what is spoilt, cut off, of another version, or put there by somebody else. */
  open(key: string, text: string): unknown;
}

/** Changes with everything that makes older values unreadable. */
const VERSION = 1;
const COMPRESSED = 1;
const ENCRYPTED = 2;

/** Shorter values do not get much shorter. */
const COMPRESSED_BYTES = 1024;
/** Nothing that was put there is larger; stops what is made to grow. */
const LARGEST_BYTES = 64 * 1024 * 1024;

const HEADER_BYTES = 2;
const CHECK_BYTES = 16;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;

interface SealingKey {
  readonly id: Buffer;
  readonly key: Buffer;
}

/**
 * Builds it. With secrets, values are encrypted (AES-256-GCM) and only encrypted ones are opened.
 *
 * @param secrets The first one seals, all of them open, so that one can take over from another.
 */
export function createSealValue(secrets: readonly string[]): SealValue {
  const keys = secrets.map(deriveKey);
  const [sealing] = keys;
  return {
    seal(key, value) {
      const plain = Buffer.from(JSON.stringify(value));
      const isLong = plain.length >= COMPRESSED_BYTES;
      const content = isLong ? deflateRawSync(plain, { level: 1 }) : plain;
      const flags = (isLong ? COMPRESSED : 0) | (sealing === undefined ? 0 : ENCRYPTED);
      const header = Buffer.from([VERSION, flags]);
      const body =
        sealing === undefined
          ? [check(header, key, content), content]
          : encrypt(sealing, toContext(header, key), content);
      return Buffer.concat([header, ...body]).toString('base64');
    },
    open(key, text) {
      try {
        const bytes = Buffer.from(text, 'base64');
        const header = bytes.subarray(0, HEADER_BYTES);
        const [version = 0, flags = 0] = header;
        const isEncrypted = (flags & ENCRYPTED) !== 0;
        if (version !== VERSION || isEncrypted !== keys.length > 0) return undefined;
        const body = bytes.subarray(HEADER_BYTES);
        const content = isEncrypted
          ? decrypt(keys, toContext(header, key), body)
          : checked(header, key, body);
        if (content === null) return undefined;
        const isLong = (flags & COMPRESSED) !== 0;
        const plain = isLong
          ? inflateRawSync(content, { maxOutputLength: LARGEST_BYTES })
          : content;
        return JSON.parse(plain.toString('utf8'));
      } catch {
        return undefined;
      }
    },
  };
}

function deriveKey(secret: string): SealingKey {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'meshgate response cache', 32));
  return { key, id: createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES) };
}

function toContext(header: Buffer, key: string): Buffer {
  return Buffer.concat([header, Buffer.from(key)]);
}

function encrypt({ id, key }: SealingKey, context: Buffer, content: Buffer): readonly Buffer[] {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  const encrypted = [cipher.update(content), cipher.final()];
  return [id, nonce, cipher.getAuthTag(), ...encrypted];
}

function decrypt(keys: readonly SealingKey[], context: Buffer, body: Buffer): Buffer | null {
  const id = body.subarray(0, KEY_ID_BYTES);
  const found = keys.find((one) => one.id.equals(id));
  const start = KEY_ID_BYTES + NONCE_BYTES;
  if (found === undefined || body.length < start + CHECK_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', found.key, body.subarray(KEY_ID_BYTES, start), {
    authTagLength: CHECK_BYTES,
  });
  decipher.setAAD(context).setAuthTag(body.subarray(start, start + CHECK_BYTES));
  return Buffer.concat([decipher.update(body.subarray(start + CHECK_BYTES)), decipher.final()]);
}

/** Finds what is spoilt by chance; against malice only a secret helps. */
function check(header: Buffer, key: string, content: Buffer): Buffer {
  const digest = createHash('sha256').update(toContext(header, key)).update('\n').update(content);
  return digest.digest().subarray(0, CHECK_BYTES);
}

function checked(header: Buffer, key: string, body: Buffer): Buffer | null {
  const content = body.subarray(CHECK_BYTES);
  return check(header, key, content).equals(body.subarray(0, CHECK_BYTES)) ? content : null;
}
