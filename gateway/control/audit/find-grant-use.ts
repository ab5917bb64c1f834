import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';

/** What the ledger says of the grants by which an element was shown. */
export interface GrantUse {
  /** When it was last shown, as it is or masked, to a caller by a grant; ISO 8601, by the grant's id. */
  readonly lastUsedAt: ReadonlyMap<string, string>;
  /** Since when there is a ledger, forgotten records included; null where there is none. */
  readonly knownSince: string | null;
}

const USE = `
SELECT used.id, max(at) AS at
FROM meshgate.audit_record, jsonb_array_elements_text(record -> 'grants') AS used (id)
WHERE record -> 'effects' ? $1 AND at >= $2 AND used.id = ANY ($3)
  AND record ->> 'outcome' <> 'refused' AND record -> 'effects' ->> $1 NOT LIKE 'denied:%'
GROUP BY used.id`;

/**
 * Finds when grants were last used for an element.
 *
 * @param coordinate Such as `Account.email`.
 * @param grants Ids; the others are left out.
 * @param since Nothing earlier is looked at.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function findGrantUse(
  pool: PostgresPool,
  coordinate: string,
  grants: readonly string[],
  since: Date,
): Promise<GrantUse> {
  const rows = await pool.query<{ id: string; at: string }>(USE, [
    ...[coordinate, since.toISOString(), grants],
  ]);
  const [known] = await pool.query<{ since: string | null }>(
    `SELECT least((SELECT min(at) FROM meshgate.audit_record),
       (SELECT min(last_at) FROM meshgate.audit_tombstone) COLLATE "C") AS since`,
  );
  return {
    lastUsedAt: new Map(rows.map(({ id, at }) => [id, at])),
    knownSince: known?.since ?? null,
  };
}
