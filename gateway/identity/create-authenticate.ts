/**
 * Credentials in, principal out.
 *
 * A token is checked once and then remembered, so a warm request is a look-up in a map. Everything
 * about a token that is not understood is refused; only a request without credentials is anonymous.
 *
 * @module
 */
import { compactVerify } from 'jose';
import { LRUCache } from 'lru-cache';

import { type AuthenticationOutcome, reject } from './authentication-outcome.ts';
import { buildPrincipal } from './build-principal.ts';
import { checkClaims } from './check-claims.ts';
import { createIssuerKeys, type FindKeys } from './create-issuer-keys.ts';
import { type DecodedToken, decodeToken } from './decode-token.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { isJwksUrl, loadJwks } from './load-jwks.ts';
import { ANONYMOUS } from './principal.ts';

export interface AuthenticateSettings {
  /** With none, every caller is anonymous and a token, which nobody could check, is not looked at. */
  readonly issuers: readonly IssuerSettings[];
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
  /** Budget for loading a key set from a URL; 5,000 when not given. */
  readonly jwksTimeoutMs?: number;
}

/** Answers at once for what is remembered, and with a promise that never rejects for what is not. */
export type Authenticate = (
  authorization: string | null,
) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A key that its issuer withdraws stops working after twice this time and `freshMs`, whatever `exp` says. */
const ACCEPTED_FOR_MS = 5 * MINUTE;
/** Long enough for a client in a loop, short enough for a key that has just been published. */
const REJECTED_FOR_MS = 5 * SECOND;

const URL_KEYS = {
  freshMs: 5 * MINUTE,
  staleMs: 60 * MINUTE,
  cooldownMs: 30 * SECOND,
  retryMs: 5 * SECOND,
};
const FILE_KEYS = {
  freshMs: MINUTE,
  staleMs: 60 * MINUTE,
  cooldownMs: SECOND,
  retryMs: 5 * SECOND,
};

interface Remembered {
  readonly outcome: AuthenticationOutcome;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Bounded by count and by characters, as the tokens themselves are the keys. */
const createMemory = (max: number) =>
  new LRUCache<string, Remembered>({
    max,
    maxSize: max * 2048,
    sizeCalculation: (_, authorization) => authorization.length + 1,
  });

/**
 * Builds an `Authenticate` for the configured issuers.
 *
 * The issuer is chosen by the token's own `iss`, among the configured ones only; key, algorithm,
 * audience and tolerance are then that issuer's. Acceptances are remembered until the token
 * expires, five minutes at most; rejections for five seconds, in a store of their own, so that
 * junk cannot push out good tokens. A key that an issuer withdraws is of no use after a quarter of
 * an hour; the tokens of a new one are accepted within forty seconds.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function createAuthenticate(settings: AuthenticateSettings): Authenticate {
  const { tokenBytes, now } = settings;
  const checkToken = createCheckToken(settings);
  const accepted = createMemory(10_000);
  const rejected = createMemory(1000);
  const underWay = new Map<string, Promise<AuthenticationOutcome>>();

  const remember = (authorization: string, outcome: AuthenticationOutcome): void => {
    accepted.delete(authorization);
    if (outcome.ok) {
      const until = Math.min(outcome.principal.expiresAt * SECOND, now() + ACCEPTED_FOR_MS);
      accepted.set(authorization, { outcome, until });
    } else if (outcome.code !== 'ISSUER_UNREACHABLE') {
      rejected.set(authorization, { outcome, until: now() + REJECTED_FOR_MS });
    }
  };

  const checkOnce = async (authorization: string): Promise<AuthenticationOutcome> => {
    try {
      const outcome = await checkToken(authorization);
      remember(authorization, outcome);
      return outcome;
    } finally {
      underWay.delete(authorization);
    }
  };

  const anonymous: AuthenticationOutcome =
    settings.requiresAuthentication === true
      ? reject('AUTHENTICATION_REQUIRED')
      : Object.freeze({ ok: true, principal: ANONYMOUS });
  const tooLarge = reject('TOKEN_MALFORMED', `The access token has more than ${tokenBytes} bytes.`);

  return (authorization) => {
    if (authorization === null || settings.issuers.length === 0) return anonymous;
    if (authorization.length > tokenBytes) return tooLarge;

    const known = accepted.get(authorization) ?? rejected.get(authorization);
    if (known !== undefined && now() < known.until) return known.outcome;

    const pending = underWay.get(authorization) ?? checkOnce(authorization);
    underWay.set(authorization, pending);
    return pending;
  };
}

interface TrustedIssuer {
  readonly settings: IssuerSettings;
  readonly findKeys: FindKeys;
}

function createCheckToken(settings: AuthenticateSettings) {
  const { rowClaims, now } = settings;
  const issuers: ReadonlyMap<unknown, TrustedIssuer> = new Map(
    settings.issuers.map((issuer) => [issuer.issuer, trust(issuer, settings)]),
  );

  return async (authorization: string): Promise<AuthenticationOutcome> => {
    const decoded = decodeToken(authorization);
    if (!decoded.ok) return decoded;

    // Unverified at this point, which is harmless: it selects whose keys must have signed.
    const issuer = issuers.get(decoded.payload.iss);
    if (issuer === undefined) return reject('TOKEN_ISSUER_UNKNOWN');

    const signature = await checkSignature(decoded, issuer);
    if (signature !== null) return signature;
    const claims = checkClaims(decoded.payload, issuer.settings, now() / SECOND);
    return claims ?? Object.freeze(buildPrincipal(decoded.payload, issuer.settings, rowClaims));
  };
}

function trust(issuer: IssuerSettings, settings: AuthenticateSettings): TrustedIssuer {
  const { now, onKeysUnavailable, jwksTimeoutMs = 5 * SECOND } = settings;
  const findKeys = createIssuerKeys({
    ...(isJwksUrl(issuer.jwks) ? URL_KEYS : FILE_KEYS),
    load: () => loadJwks(issuer.jwks, jwksTimeoutMs),
    now,
    onFailure: (error) => onKeysUnavailable(issuer.issuer, error),
  });
  return { settings: issuer, findKeys };
}

/** @returns Null when a key of the issuer has signed the token. */
async function checkSignature(
  { token, header }: DecodedToken,
  { settings, findKeys }: TrustedIssuer,
): Promise<AuthenticationOutcome | null> {
  const { alg, kid } = header;
  // Checked before any key is chosen, so that no key is ever used in a way it was not made for.
  if (typeof alg !== 'string' || !settings.algorithms.includes(alg)) {
    const accepted = settings.algorithms.join(', ');
    const reason = `The access token must be signed with one of ${accepted}.`;
    return reject('TOKEN_SIGNATURE_INVALID', reason);
  }

  const keys = await findKeys(typeof kid === 'string' ? { alg, kid } : { alg });
  if (keys === null) return reject('ISSUER_UNREACHABLE');
  for (const key of keys) {
    const verified = await compactVerify(token, key, { algorithms: [alg] }).catch(() => null);
    if (verified !== null) return null;
  }
  return reject('TOKEN_SIGNATURE_INVALID');
}
