import { type Rejection, reject } from '../authentication-outcome.ts';
import type { JsonObject } from '../claim-values.ts';
import { hasRepeatedNames } from './has-repeated-names.ts';

/** The readable parts of a token. Nothing of it is true before the signature is checked. */
export interface DecodedToken {
  readonly ok: true;
  readonly token: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

const COMPACT_JWS = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
/** Header members that would make the payload mean something else (RFC 7515, 4.1.11; RFC 7797, 3). */
const EXTENSIONS = ['crit', 'b64'] as const;
const ACCEPTED_TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Takes an `authorization` header apart.
 *
 * Members of the header that offer a key (`jwk`, `jku`, `x5u`, `x5c`) are never looked at: a token
 * cannot vouch for itself. Any `crit` and any `b64` is refused, as no extension is understood here.
 *
 * @returns `TOKEN_MALFORMED` when it is not a bearer token in JWS compact form, or of a type that
 *   is no access token (an ID token, a logout token).
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-4.1
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.11
 */
export function decodeToken(authorization: string): DecodedToken | Rejection {
  const token = COMPACT_JWS.exec(authorization)?.[1];
  if (token === undefined) {
    return reject('TOKEN_MALFORMED', 'Expected the header authorization to be Bearer and a JWT.');
  }

  const parts = token.split('.');
  const [header, payload] = parts.slice(0, 2).map(parsePart);
  if (!header || !payload || !parts.every(isCanonical)) return reject('TOKEN_MALFORMED');
  if (Object.hasOwn(header, 'kid') && typeof header.kid !== 'string') {
    return reject('TOKEN_MALFORMED', 'The kid of the access token must be text.');
  }
  if (EXTENSIONS.some((name) => Object.hasOwn(header, name))) {
    return reject(
      'TOKEN_MALFORMED',
      'The access token demands an extension that is not known here.',
    );
  }
  if (!ACCEPTED_TYPES.has(toMediaSubtype(header.typ))) {
    return reject('TOKEN_MALFORMED', 'The token is not an access token; its typ is JWT or at+jwt.');
  }
  return { ok: true, token, header, payload };
}

/**
 * Tells whether a text has the form of a JSON Web Token, signed or encrypted, sound or not: its
 * first part is the beginning of a JSON object.
 */
export function looksLikeJwt(token: string): boolean {
  const [head = '', ...rest] = token.split('.', 2);
  return (
    rest.length > 0 && Buffer.from(head, 'base64url').toString('latin1').trimStart()[0] === '{'
  );
}

/** Bits left over at the end are zero: otherwise one token could be written in several ways. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

function parsePart(part: string): JsonObject | null {
  try {
    const text = utf8.decode(Buffer.from(part, 'base64url'));
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !hasRepeatedNames(text) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

/** Media types compare without case, and `application/` may be left out (RFC 7515, 4.1.9). */
function toMediaSubtype(typ: unknown): unknown {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
}
