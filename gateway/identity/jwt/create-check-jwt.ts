import { compactVerify } from 'jose';

import { type CheckedCredential, type Rejection, reject } from '../authentication-outcome.ts';
import { buildPrincipal } from '../build-principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { checkClaims } from './check-claims.ts';
import { createIssuerKeys, type FindKeys, type IssuerKeys } from './create-issuer-keys.ts';
import type { DecodedToken } from './decode-token.ts';
import { isJwksUrl, loadJwks } from './load-jwks.ts';

export interface CheckJwtSettings {
  /** Those whose tokens can be checked here: with `jwks` or `secret`. */
  readonly issuers: readonly IssuerSettings[];
  /** Claims kept in `Principal.claims`. */
  readonly rowClaims: readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told when the keys of an issuer cannot be loaded, at most once in five seconds for each; must not throw. */
  readonly onKeysUnavailable: (issuer: string, error: unknown) => void;
  /** Budget for loading a key set from a URL. */
  readonly jwksTimeoutMs: number;
}

export interface CheckJwt {
  /** Never rejects. */
  check(decoded: DecodedToken): Promise<CheckedCredential | Rejection>;
  /** Loads the keys of every issuer whose keys are missing or no longer fresh; never rejects. */
  refreshKeys(): Promise<void>;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

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

interface TrustedIssuer {
  readonly settings: IssuerSettings;
  /** Null where the issuer has a secret instead. */
  readonly keys: IssuerKeys | null;
}

/**
 * Builds a `CheckJwt`.
 *
 * The issuer is chosen by the token's own `iss`, among the configured ones only; key, algorithm,
 * audience and tolerance are then that issuer's. A key that an issuer withdraws is of no use after
 * a quarter of an hour; the tokens of a new one are accepted within forty seconds.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function createCheckJwt(settings: CheckJwtSettings): CheckJwt {
  const { rowClaims, now } = settings;
  const issuers: ReadonlyMap<unknown, TrustedIssuer> = new Map(
    settings.issuers.map((issuer) => [issuer.issuer, trust(issuer, settings)]),
  );

  return {
    async check(decoded) {
      const { header, payload } = decoded;
      // Unverified at this point, which is harmless: it selects whose keys must have signed.
      const issuer = issuers.get(payload.iss);
      if (issuer === undefined) return reject('TOKEN_ISSUER_UNKNOWN');

      const refused =
        (await checkSignature(decoded, issuer)) ??
        checkClaims(payload, issuer.settings, now() / SECOND);
      if (refused !== null) return refused;
      const { clockToleranceSeconds } = issuer.settings;
      const expiresAt = (payload.exp as number) + clockToleranceSeconds;
      const built = buildPrincipal(payload, issuer.settings, rowClaims, expiresAt);
      if (!built.ok) return built;
      const keyId = typeof header.kid === 'string' ? header.kid : null;
      return toChecked(built.principal, payload, issuer.settings, keyId);
    },

    async refreshKeys() {
      await Promise.all([...issuers.values()].map(({ keys }) => keys?.refresh()));
    },
  };
}

/** Notes what revocations can name of a token, or refuses one whose `jti` cannot be named. */
export function toChecked(
  principal: CheckedCredential['principal'],
  { jti, iat }: DecodedToken['payload'],
  { issuer, clockToleranceSeconds }: IssuerSettings,
  keyId: string | null,
): CheckedCredential | Rejection {
  if (jti !== undefined && typeof jti !== 'string') {
    return reject('TOKEN_CLAIM_INVALID', 'The claim jti of the access token must be text.');
  }
  const issuedAt = typeof iat === 'number' ? iat - clockToleranceSeconds : null;
  const subject = principal.subject ?? '';
  return { ok: true, principal, facts: { issuer, subject, tokenId: jti ?? null, keyId, issuedAt } };
}

function trust(issuer: IssuerSettings, settings: CheckJwtSettings): TrustedIssuer {
  const { now, onKeysUnavailable, jwksTimeoutMs } = settings;
  const source = issuer.jwks;
  if (source === null) return { settings: issuer, keys: null };
  const keys = createIssuerKeys({
    ...(isJwksUrl(source) ? URL_KEYS : FILE_KEYS),
    load: () => loadJwks(source, jwksTimeoutMs),
    now,
    onFailure: (error) => onKeysUnavailable(issuer.issuer, error),
  });
  return { settings: issuer, keys };
}

/** @returns Null when a key of the issuer has signed the token. */
async function checkSignature(
  { token, header }: DecodedToken,
  { settings, keys: source }: TrustedIssuer,
): Promise<Rejection | null> {
  const { alg, kid } = header;
  // Checked before any key is chosen, so that no key is ever used in a way it was not made for.
  if (typeof alg !== 'string' || !settings.algorithms.includes(alg)) {
    const accepted = settings.algorithms.join(', ');
    const reason = `The access token must be signed with one of ${accepted}.`;
    return reject('TOKEN_SIGNATURE_INVALID', reason);
  }

  const wanted = typeof kid === 'string' ? { alg, kid } : { alg };
  const keys =
    source === null ? secretOf(settings, alg) : await findPublicKeys(source.find, wanted);
  if (keys === null) return reject('ISSUER_UNREACHABLE');
  for (const key of keys) {
    const verified = await compactVerify(token, key, { algorithms: [alg] }).catch(() => null);
    if (verified !== null) return null;
  }
  return reject('TOKEN_SIGNATURE_INVALID');
}

/** A public key never checks a shared-secret signature, whatever the configuration says. */
function findPublicKeys(find: FindKeys, header: { readonly alg: string }): ReturnType<FindKeys> {
  return header.alg.startsWith('HS') ? Promise.resolve([]) : find(header);
}

/** A secret checks nothing but shared-secret signatures. */
function secretOf({ secret }: IssuerSettings, alg: string): readonly Uint8Array[] {
  return secret !== null && alg.startsWith('HS') ? [secret] : [];
}
