/**
 * API keys as they are kept: everything about them but their secrets.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction, type TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { hashSecret, renderApiKey } from '../../identity/api-keys/api-key-text.ts';
import { MOST_CREDENTIALS } from './load-credentials.ts';

/** What a new key may do, and who answers for it. */
export interface ApiKeyRequest {
  /** One key in force has a name. */
  readonly name: string;
  readonly owner: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly domain: string | null;
  readonly purposes: readonly string[];
  /** Row claims by name. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly ttlSeconds: number;
}

/** A key as it is listed; times are ISO 8601. */
export interface ApiKeyFacts extends Omit<ApiKeyRequest, 'ttlSeconds'> {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  /** To the hour or so; null when it was not used yet. */
  readonly lastUsedAt: string | null;
}

/** A key that was just made. Nobody can read it a second time. */
export interface IssuedApiKey extends ApiKeyFacts {
  readonly key: string;
}

const toIso = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const FACTS = `id, name, owner, scopes, roles, domain, purposes, claims,
  ${toIso('created_at')} AS "createdAt", ${toIso('expires_at')} AS "expiresAt",
  ${toIso('revoked_at')} AS "revokedAt", ${toIso('last_used_at')} AS "lastUsedAt"`;

/**
 * Makes a key.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a key in force has the name, or there are as many
 *   keys as gateways hold.
 */
export async function createApiKey(
  pool: PostgresPool,
  request: ApiKeyRequest,
): Promise<IssuedApiKey> {
  return inTransaction(pool, async (client) => {
    await assertRoom(client, request.name);
    const id = randomBytes(6).toString('hex');
    const { name, owner, scopes, roles, domain, purposes, claims, ttlSeconds } = request;
    const [facts] = await client.query<ApiKeyFacts>(
      `INSERT INTO meshgate.api_key (id, name, owner, scopes, roles, domain, purposes, claims, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9)) RETURNING ${FACTS}`,
      [id, name, owner, scopes, roles, domain, purposes, JSON.stringify(claims), ttlSeconds],
    );
    if (facts === undefined) throw new MeshgateError('INTERNAL_ERROR');
    return { ...facts, key: await addSecret(client, id) };
  });
}

/** Lists keys, the newest first. @param all Those that are revoked or expired too. */
export function listApiKeys(pool: PostgresPool, all: boolean): Promise<readonly ApiKeyFacts[]> {
  const inForce = 'revoked_at IS NULL AND expires_at > now()';
  return pool.query<ApiKeyFacts>(
    `SELECT ${FACTS} FROM meshgate.api_key WHERE ${all ? 'true' : inForce}
     ORDER BY api_key.created_at DESC, id LIMIT ${MOST_CREDENTIALS}`,
  );
}

/**
 * Gives a key a new secret; the ones before are refused after the overlap.
 *
 * @param nameOrId Of a key in force.
 * @param overlapSeconds How long the old secret stays valid; 0 ends it at once.
 * @param ttlSeconds How long the key is valid from now on; null leaves its end as it is.
 * @throws {MeshgateError} `INPUT_INVALID` when no key in force is called that.
 */
export async function rotateApiKey(
  pool: PostgresPool,
  nameOrId: string,
  overlapSeconds: number,
  ttlSeconds: number | null,
): Promise<IssuedApiKey> {
  return inTransaction(pool, async (client) => {
    const [facts] = await client.query<ApiKeyFacts>(
      `UPDATE meshgate.api_key SET expires_at = coalesce(now() + make_interval(secs => $2), expires_at)
       WHERE (id = $1 OR name = $1) AND revoked_at IS NULL AND expires_at > now() RETURNING ${FACTS}`,
      [nameOrId, ttlSeconds],
    );
    if (facts === undefined) throw unknownKey(nameOrId);
    await client.query(
      'DELETE FROM meshgate.api_key_secret WHERE key_id = $1 AND expires_at < now()',
      [facts.id],
    );
    await client.query(
      `UPDATE meshgate.api_key_secret
       SET expires_at = least(expires_at, now() + make_interval(secs => $2)) WHERE key_id = $1`,
      [facts.id, overlapSeconds],
    );
    return { ...facts, key: await addSecret(client, facts.id) };
  });
}

/**
 * Ends a key for good, its secrets with it.
 *
 * @param nameOrId Of a key that is not revoked yet.
 * @throws {MeshgateError} `INPUT_INVALID` when no such key is called that.
 */
export async function revokeApiKey(pool: PostgresPool, nameOrId: string): Promise<ApiKeyFacts> {
  const [facts] = await pool.query<ApiKeyFacts>(
    `UPDATE meshgate.api_key SET revoked_at = now()
     WHERE (id = $1 OR name = $1) AND revoked_at IS NULL RETURNING ${FACTS}`,
    [nameOrId],
  );
  if (facts === undefined) throw unknownKey(nameOrId);
  return facts;
}

async function addSecret(client: TransactionClient, id: string): Promise<string> {
  const secret = randomBytes(32);
  await client.query('INSERT INTO meshgate.api_key_secret (hash, key_id) VALUES ($1, $2)', [
    hashSecret(secret),
    id,
  ]);
  return renderApiKey({ id, secret });
}

async function assertRoom(client: TransactionClient, name: string): Promise<void> {
  const [found] = await client.query<{ keys: number; taken: boolean }>(
    `SELECT count(*)::int AS keys, coalesce(bool_or(name = $1), false) AS taken
     FROM meshgate.api_key WHERE revoked_at IS NULL`,
    [name],
  );
  if (found?.taken === true) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `Expected a name that no API key has, but ${JSON.stringify(name)} is taken. Choose another, or revoke or rotate that key.`,
    });
  }
  if ((found?.keys ?? 0) >= MOST_CREDENTIALS) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `Expected fewer than ${MOST_CREDENTIALS} API keys that are not revoked. Revoke those that are no longer used.`,
    });
  }
}

function unknownKey(nameOrId: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', {
    message: `Expected the name or id of an API key in force, but got ${JSON.stringify(nameOrId)}; meshgate api-key list shows them.`,
  });
}
