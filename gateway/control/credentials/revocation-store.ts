import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { Revocation } from '../../identity/credential-register.ts';
import { MOST_CREDENTIALS } from './load-credentials.ts';

/** What is to be refused from now on. */
export interface RevocationRequest extends Omit<Revocation, 'issuedBefore'> {
  readonly reason: string | null;
  /** How long it is remembered: at least as long as what is revoked would still be valid. */
  readonly forSeconds: number;
}

/** A revocation as it is listed; times are ISO 8601. */
export interface RevocationFacts extends Omit<Revocation, 'issuedBefore'> {
  readonly id: string;
  /** For subjects: what was issued earlier is refused. */
  readonly issuedBefore: string;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}

const toIso = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const FACTS = `id::text AS id, kind, value, issuer, reason,
  ${toIso('issued_before')} AS "issuedBefore",
  ${toIso('created_at')} AS "createdAt", ${toIso('expires_at')} AS "expiresAt"`;

/**
 * Revokes. Doing it again moves the moment and never shortens what is there.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when there are as many revocations as gateways hold.
 */
export async function revoke(
  pool: PostgresPool,
  { kind, value, issuer, reason, forSeconds }: RevocationRequest,
): Promise<RevocationFacts> {
  await pool.query('DELETE FROM meshgate.revocation WHERE expires_at < now()');
  const [facts] = await pool.query<RevocationFacts>(
    `INSERT INTO meshgate.revocation AS present (kind, value, issuer, reason, expires_at)
     SELECT $1, $2, $3, $4, now() + make_interval(secs => $5)
     WHERE (SELECT count(*) FROM meshgate.revocation) < ${MOST_CREDENTIALS}
     ON CONFLICT (kind, value, issuer) DO UPDATE SET
       issued_before = clock_timestamp(),
       reason = coalesce(excluded.reason, present.reason),
       expires_at = greatest(excluded.expires_at, present.expires_at)
     RETURNING ${FACTS}`,
    [kind, value, issuer, reason, forSeconds],
  );
  if (facts !== undefined) return facts;
  throw new MeshgateError('INPUT_INVALID', {
    message: `Expected fewer than ${MOST_CREDENTIALS} revocations, but there are as many. Revoke by subject or by key instead of by token, or undo some.`,
  });
}

/** Lists what is revoked and not yet forgotten, the newest first. */
export function listRevocations(pool: PostgresPool): Promise<readonly RevocationFacts[]> {
  return pool.query<RevocationFacts>(
    `SELECT ${FACTS} FROM meshgate.revocation WHERE expires_at > now()
     ORDER BY revocation.created_at DESC, revocation.id DESC LIMIT ${MOST_CREDENTIALS}`,
  );
}

/**
 * Takes a revocation back.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when there is none with that id.
 */
export async function undoRevocation(pool: PostgresPool, id: string): Promise<RevocationFacts> {
  const [facts] = await pool.query<RevocationFacts>(
    `DELETE FROM meshgate.revocation WHERE id::text = $1 RETURNING ${FACTS}`,
    [id],
  );
  if (facts !== undefined) return facts;
  throw new MeshgateError('INPUT_INVALID', {
    message: `Expected the id of a revocation, but got ${JSON.stringify(id)}; meshgate revoke --list shows them.`,
  });
}
