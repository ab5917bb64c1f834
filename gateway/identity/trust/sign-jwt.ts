import { createPrivateKey, sign } from 'node:crypto';

/** A private Ed25519 key (RFC 8037, 2). */
export interface SigningJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly d: string;
  readonly kid: string;
}

/** Makes a JWT of these claims. */
export type SignJwt = (claims: Readonly<Record<string, unknown>>) => string;

/**
 * Builds a `SignJwt` for one key, with `alg` EdDSA, `typ` JWT and the key's `kid`.
 *
 * Signing is synchronous: an Ed25519 signature takes less time than a trip to the thread pool.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8037#section-3.1
 */
export function createSignJwt(jwk: SigningJwk): SignJwt {
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  const header = encode({ alg: 'EdDSA', kid: jwk.kid, typ: 'JWT' });
  return (claims) => {
    const signed = `${header}.${encode(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
  };
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
