import type { CallerKind } from './principal.ts';

/**
 * Where a value stands in a token: the name of a claim, or a path into nested claims such as
 * `realm_access.roles`. A claim of exactly this name comes first, as names may hold dots.
 */
export type ClaimPath = string;

/** One issuer whose tokens are accepted. */
export interface IssuerSettings {
  /** Compared with `iss`, character by character. */
  readonly issuer: string;
  /** `aud` of a token must name one of these. */
  readonly audiences: readonly string[];
  /** An http(s) URL, otherwise the path of a JWKS file; null for an issuer without public keys. */
  readonly jwks: string | null;
  /** Shared with the issuer, for HS algorithms only; null for none. */
  readonly secret: Uint8Array | null;
  /** Asks the issuer about tokens that cannot be read here; null for none. */
  readonly introspection: IntrospectionSettings | null;
  /** JWS algorithms accepted (RFC 7518, 3.1): asymmetric ones, or HS ones where there is a secret. */
  readonly algorithms: readonly string[];
  readonly claims: ClaimMapping;
  /** Scopes that a role of this issuer stands for. */
  readonly roleScopes: Readonly<Record<string, readonly string[]>>;
  /** What callers of this issuer are; null tells it by the token. */
  readonly callers: CallerKind | null;
  /** How far the issuer's clock may be off, either way. */
  readonly clockToleranceSeconds: number;
}

/** Which claim of an issuer means what; null where none does. */
export interface ClaimMapping {
  readonly subject: ClaimPath;
  /** A string separated by spaces or a list. */
  readonly scopes: ClaimPath;
  /** A string or a list. */
  readonly roles: ClaimPath | null;
  readonly domain: ClaimPath | null;
  /** A string or a list. */
  readonly purposes: ClaimPath | null;
  /** Row claims that have another name in the tokens of this issuer, by their name here. */
  readonly rows: Readonly<Record<string, ClaimPath>>;
}

/** @see https://www.rfc-editor.org/rfc/rfc7662 */
export interface IntrospectionSettings {
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Budget for one question. */
  readonly timeoutMs: number;
  /** How long an answer that a token is active is believed. */
  readonly cacheSeconds: number;
}
