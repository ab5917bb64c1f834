import type { GatewayConfig } from '../../config/config-schema.ts';
import { type ConfiguredIssuer, defaultAlgorithms } from '../../config/issuer-schema.ts';
import { loadSecret } from '../../config/secret-reference.ts';
import { type Authenticate, createAuthenticate } from '../../identity/create-authenticate.ts';
import type { CredentialRegister } from '../../identity/credential-register.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import { toSharedSecret } from '../../identity/jwt/shared-secret.ts';
import type { RequestObserver } from './observe-requests.ts';

/** What identity needs from outside besides its configuration. */
export interface IdentityDoors {
  readonly issuers: readonly IssuerSettings[];
  readonly register: CredentialRegister;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How often it is looked whether the keys of an issuer are still fresh. */
const REFRESH_MS = 60_000;

/** Builds what checks credentials, and begins to load the keys of issuers, now and then anew. */
export function buildIdentity(
  config: GatewayConfig,
  { issuers, register, now }: IdentityDoors,
  observer: RequestObserver,
): { readonly authenticate: Authenticate; readonly close: () => void } {
  const { authenticate, refreshKeys } = createAuthenticate({
    issuers,
    register,
    requiresAuthentication: config.REQUIRE_AUTHENTICATION,
    rowClaims: config.ROW_CLAIMS,
    tokenBytes: config.TOKEN_BYTES,
    now,
    onKeysUnavailable: observer.keysUnavailable,
    onIntrospection: observer.introspected,
  });
  void refreshKeys();
  const timer = setInterval(() => void refreshKeys(), REFRESH_MS);
  timer.unref();
  return { authenticate, close: () => clearInterval(timer) };
}

/**
 * Reads the secrets that the configured issuers refer to.
 *
 * @param env Variables by name.
 * @throws {MeshgateError} `CONFIG_INVALID` when one is missing or too short.
 */
export function loadIssuers(
  { ISSUERS }: GatewayConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly IssuerSettings[]> {
  return Promise.all(ISSUERS.map((issuer) => loadIssuer(issuer, env)));
}

async function loadIssuer(
  configured: ConfiguredIssuer,
  env: Readonly<Record<string, string | undefined>>,
): Promise<IssuerSettings> {
  const { issuer, audiences, jwks, introspection: asked, roleScopes, callers } = configured;
  const algorithms = configured.algorithms ?? defaultAlgorithms(configured);
  const secret = configured.secret === null ? null : await loadSecret(configured.secret, env);
  return {
    issuer,
    audiences,
    jwks,
    secret: secret === null ? null : toSharedSecret(secret, algorithms, issuer),
    introspection:
      asked === null ? null : { ...asked, clientSecret: await loadSecret(asked.clientSecret, env) },
    algorithms,
    claims: {
      subject: configured.subjectClaim,
      scopes: configured.scopeClaim,
      roles: configured.roleClaim,
      domain: configured.domainClaim,
      purposes: configured.purposeClaim,
      rows: configured.rowClaims,
    },
    roleScopes,
    callers,
    clockToleranceSeconds: configured.clockToleranceSeconds,
  };
}
