import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { ApiKeyRecord } from '../../identity/api-keys/api-key-record.ts';
import type { Revocation } from '../../identity/credential-register.ts';
import { API_KEY_ISSUER, toPrincipal } from '../../identity/principal.ts';

/** What gateways hold in memory. */
export interface Credentials {
  readonly apiKeys: readonly ApiKeyRecord[];
  readonly revocations: readonly Revocation[];
}

/** Keys and revocations that a gateway holds in memory; the stores refuse to write more. */
export const MOST_CREDENTIALS = 100_000;

interface SecretRow {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly domain: string | null;
  readonly purposes: readonly string[];
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** Hexadecimal. */
  readonly hash: string;
  readonly issued_at: number;
  readonly expires_at: number;
}

const SECRETS = `
  SELECT key.id, key.scopes, key.roles, key.domain, key.purposes, key.claims,
         encode(secret.hash, 'hex') AS hash,
         extract(epoch FROM secret.created_at)::float8 AS issued_at,
         extract(epoch FROM least(key.expires_at, secret.expires_at))::float8 AS expires_at
  FROM meshgate.api_key AS key JOIN meshgate.api_key_secret AS secret ON secret.key_id = key.id
  WHERE key.revoked_at IS NULL AND least(key.expires_at, secret.expires_at) > now()
  ORDER BY key.id, secret.created_at DESC
  LIMIT ${2 * MOST_CREDENTIALS + 1}`;

const REVOCATIONS = `
  SELECT kind, value, issuer, extract(epoch FROM issued_before)::float8 AS "issuedBefore"
  FROM meshgate.revocation WHERE expires_at > now()
  LIMIT ${MOST_CREDENTIALS + 1}`;

/**
 * Loads the API keys in force and what is revoked.
 *
 * @param rowClaims Claims kept in `Principal.claims`; a key's other claims stay behind.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`; `CONFIG_INVALID` when there are more than the
 *   stores admit, so that none is left out without a word.
 */
export async function loadCredentials(
  pool: PostgresPool,
  rowClaims: readonly string[],
): Promise<Credentials> {
  const rows = await pool.query<SecretRow>(SECRETS);
  const revocations = await pool.query<Revocation>(REVOCATIONS);
  if (rows.length > 2 * MOST_CREDENTIALS || revocations.length > MOST_CREDENTIALS) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected at most ${MOST_CREDENTIALS} API keys and as many revocations in the schema meshgate, but there are more. Remove those that are no longer needed.`,
    });
  }
  const byId = new Map<string, SecretRow[]>();
  for (const row of rows) byId.set(row.id, [...(byId.get(row.id) ?? []), row]);
  const apiKeys = [...byId].map(([id, secrets]) => ({
    id,
    secrets: secrets.map((row) => toSecret(row, rowClaims)),
    lastUsedAtMs: 0,
  }));
  return { apiKeys, revocations };
}

function toSecret(row: SecretRow, rowClaims: readonly string[]): ApiKeyRecord['secrets'][number] {
  const { id, scopes, roles, domain, purposes, claims } = row;
  const principal = toPrincipal({
    kind: 'machine',
    issuer: API_KEY_ISSUER,
    subject: id,
    scopes,
    roles,
    domain,
    purposes,
    claims: Object.entries(claims).filter(([name]) => rowClaims.includes(name)),
    expiresAt: row.expires_at,
  });
  return { hash: Buffer.from(row.hash, 'hex'), issuedAt: row.issued_at, principal };
}
