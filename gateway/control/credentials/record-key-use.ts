import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { CredentialRegister } from '../../identity/credential-register.ts';

/** How old `last_used_at` may be before it is written again. */
const COARSE_MS = 60 * 60_000;

/**
 * Builds a function that writes when API keys were last used, for those whose entry is an hour
 * old: a request costs nothing, and a busy key costs one write in an hour for each gateway.
 */
export function createRecordKeyUse(
  pool: PostgresPool,
  register: CredentialRegister,
): () => Promise<void> {
  const written = new Map<string, number>();
  return async () => {
    const used = [...register.apiKeys()].filter(
      ({ id, lastUsedAtMs }) => lastUsedAtMs > (written.get(id) ?? 0) + COARSE_MS,
    );
    if (used.length === 0) return;
    await pool.query(
      `UPDATE meshgate.api_key AS key SET last_used_at = used.at
       FROM (SELECT unnest($1::text[]) AS id, to_timestamp(unnest($2::float8[])) AS at) AS used
       WHERE key.id = used.id AND coalesce(key.last_used_at, '-infinity') < used.at`,
      [used.map(({ id }) => id), used.map(({ lastUsedAtMs }) => lastUsedAtMs / 1000)],
    );
    for (const { id, lastUsedAtMs } of used) written.set(id, lastUsedAtMs);
  };
}
