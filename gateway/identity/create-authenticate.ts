/**
 * Credentials in, principal out.
 *
 * A token is checked once and then remembered, so a warm request is a look-up in a map. Everything
 * about a token that is not understood is refused; only a request without credentials is anonymous.
 *
 * @module
 */
import { looksLikeApiKey } from './api-keys/api-key-text.ts';
import { checkApiKey } from './api-keys/check-api-key.ts';
import {
  type AuthenticationOutcome,
  type CheckedCredential,
  type Rejection,
  reject,
} from './authentication-outcome.ts';
import type { CredentialRegister } from './credential-register.ts';
import {
  createIntrospect,
  type Introspect,
  type IntrospectionResult,
  isIntrospected,
} from './introspection/create-introspect.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { createCheckJwt } from './jwt/create-check-jwt.ts';
import { type DecodedToken, decodeToken, looksLikeJwt } from './jwt/decode-token.ts';
import { createOutcomeMemory } from './outcome-memory.ts';
import { ANONYMOUS } from './principal.ts';

export interface AuthenticateSettings {
  /** At most one of them has introspection: a token that cannot be read does not say whom to ask. */
  readonly issuers: readonly IssuerSettings[];
  /** API keys, and what was revoked. */
  readonly register: CredentialRegister;
  /** Whether a request without credentials is rejected instead of being anonymous; false when not given. */
  readonly requiresAuthentication?: boolean;
  /** Claims kept in `Principal.claims`. */
  readonly rowClaims: readonly string[];
  /** Bytes of the largest `authorization` header that is looked at. */
  readonly tokenBytes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told when the keys of an issuer cannot be loaded, at most once in five seconds for each; must not throw. */
  readonly onKeysUnavailable: (issuer: string, error: unknown) => void;
  /** Told of each question to an issuer about a token; must not throw. */
  readonly onIntrospection: (result: IntrospectionResult) => void;
  /** Budget for loading a key set from a URL; 5,000 when not given. */
  readonly jwksTimeoutMs?: number;
}

/** Answers at once for what is remembered, and with a promise that never rejects for what is not. */
export type Authenticate = (
  authorization: string | null,
) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

export interface Authenticator {
  readonly authenticate: Authenticate;
  /** Loads the keys of issuers that are missing or no longer fresh; to be called now and then. Never rejects. */
  refreshKeys(): Promise<void>;
}

const SECOND = 1000;

const BEARER_TOKEN = /^Bearer +([\w.~+/-]+=*)$/i;

/**
 * Builds an `Authenticator` for issuers and API keys.
 *
 * With no issuer and no place for API keys, every caller is anonymous and a token, which nobody
 * could check, is not looked at.
 *
 * Acceptances are remembered until the token expires, five minutes at most; rejections for five
 * seconds, in a store of their own, so that junk cannot push out good tokens. When the register
 * changes, whatever is remembered is held against it once more: no memory outlives a revocation.
 */
export function createAuthenticate(settings: AuthenticateSettings): Authenticator {
  const { tokenBytes, now, register } = settings;
  const jwt = createCheckJwt({
    ...settings,
    issuers: settings.issuers.filter(({ jwks, secret }) => jwks !== null || secret !== null),
    jwksTimeoutMs: settings.jwksTimeoutMs ?? 5 * SECOND,
  });
  const introspected = settings.issuers.find(isIntrospected) ?? null;
  const introspect: Introspect | null =
    introspected &&
    createIntrospect({ ...settings, issuer: introspected, onAnswer: settings.onIntrospection });
  const memory = createOutcomeMemory(register, now);
  const underWay = new Map<string, Promise<AuthenticationOutcome>>();

  const unlessRevoked = (checked: CheckedCredential | Rejection): CheckedCredential | Rejection =>
    checked.ok && register.isRevoked(checked.facts) ? reject('TOKEN_REVOKED') : checked;

  const checkJwtOnce = async (authorization: string, decoded: DecodedToken) => {
    try {
      return memory.keep(authorization, unlessRevoked(await jwt.check(decoded)), null);
    } finally {
      underWay.delete(authorization);
    }
  };

  /** What was asked is remembered by the one who asks: shorter, and by a hash. */
  const ask = (token: string, asks: Introspect) => {
    const answer = asks(token);
    return answer instanceof Promise ? answer.then(unlessRevoked) : unlessRevoked(answer);
  };

  const check = (authorization: string): AuthenticationOutcome | Promise<AuthenticationOutcome> => {
    const token = BEARER_TOKEN.exec(authorization)?.[1] ?? '';
    if (looksLikeApiKey(token)) {
      const checked = checkApiKey(token, register, now() / SECOND);
      const apiKey = checked.ok ? checked.record : null;
      return memory.keep(authorization, unlessRevoked(checked), apiKey);
    }
    if (introspect !== null && token !== '' && !looksLikeJwt(token)) return ask(token, introspect);
    const decoded = decodeToken(authorization);
    if (!decoded.ok) return memory.keep(authorization, decoded, null);
    const hasNoKeys = introspected?.jwks === null && introspected.secret === null;
    if (introspect !== null && hasNoKeys && decoded.payload.iss === introspected?.issuer) {
      return ask(token, introspect);
    }
    const pending = checkJwtOnce(authorization, decoded);
    underWay.set(authorization, pending);
    return pending;
  };

  const anonymous: AuthenticationOutcome =
    settings.requiresAuthentication === true
      ? reject('AUTHENTICATION_REQUIRED')
      : Object.freeze({ ok: true, principal: ANONYMOUS });
  const tooLarge = reject('TOKEN_MALFORMED', `The access token has more than ${tokenBytes} bytes.`);
  const looksAtTokens = settings.issuers.length > 0 || register.acceptsApiKeys;

  return {
    authenticate(authorization) {
      if (authorization === null || !looksAtTokens) return anonymous;
      if (authorization.length > tokenBytes) return tooLarge;
      return memory.recall(authorization) ?? underWay.get(authorization) ?? check(authorization);
    },
    refreshKeys: jwt.refreshKeys,
  };
}
