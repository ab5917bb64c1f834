import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';

/** What the ledger says of one caller and one element. */
export interface Reader {
  /** Null, like the subject, for anonymous callers. */
  readonly issuer: string | null;
  readonly subject: string | null;
  /** How often it was shown as it is, a count; the others likewise. */
  readonly seen: number;
  readonly masked: number;
  readonly refused: number;
  /** How many values of it were shown as they are, a count; a value that was shown twice counts twice. */
  readonly valuesSeen: number;
  /** The same of masked ones. */
  readonly valuesMasked: number;
  /** How many entities the values seen were of: at least as many as one answer showed for certain. */
  readonly leastEntitiesSeen: number;
  /** At most all that each answer showed, taken together; null where an answer says nothing of it. */
  readonly mostEntitiesSeen: number | null;
  /** The same of masked ones. */
  readonly leastEntitiesMasked: number;
  readonly mostEntitiesMasked: number | null;
  /** How often values were shown and not counted, because the record is of an earlier form. */
  readonly uncounted: number;
  /** When it was last shown as it is; null for never. */
  readonly lastSeenAt: string | null;
  /** When any of it happened last. */
  readonly lastAt: string;
  /** What for, and by which grants, it was shown as it is; sorted. */
  readonly purposes: readonly string[];
  readonly grants: readonly string[];
}

interface ReaderRow extends Omit<Reader, 'purposes' | 'grants'> {
  readonly purposes: readonly string[] | null;
  readonly grants: readonly (readonly string[])[] | null;
}

const READERS = `
WITH told AS (
  SELECT record ->> 'issuer' AS issuer, record ->> 'subject' AS subject, at,
    record ->> 'purpose' AS purpose, record -> 'grants' AS grants,
    record ? 'shown' AS counted, (record -> 'shown' ->> $1)::float8 AS values,
    coalesce(record -> 'entities' -> $1 -> 'count', record -> 'shown' -> $1)::float8 AS most,
    CASE WHEN (record -> 'entities' -> $1 ->> 'exact')::boolean
      THEN (record -> 'entities' -> $1 ->> 'count')::float8
      ELSE least((record -> 'shown' ->> $1)::float8, 1) END AS least,
    CASE WHEN record ->> 'outcome' = 'refused' THEN 'denied:'
      ELSE record -> 'effects' ->> $1 END AS effect
  FROM meshgate.audit_record WHERE record -> 'effects' ? $1 AND at >= $2
)
SELECT issuer, subject,
  count(*) FILTER (WHERE effect = 'allowed')::float8 AS seen,
  count(*) FILTER (WHERE effect LIKE 'masked:%')::float8 AS masked,
  count(*) FILTER (WHERE effect LIKE 'denied:%')::float8 AS refused,
  coalesce(sum(values) FILTER (WHERE effect = 'allowed'), 0) AS "valuesSeen",
  coalesce(sum(values) FILTER (WHERE effect LIKE 'masked:%'), 0) AS "valuesMasked",
  coalesce(max(least) FILTER (WHERE effect = 'allowed'), 0) AS "leastEntitiesSeen",
  coalesce(max(least) FILTER (WHERE effect LIKE 'masked:%'), 0) AS "leastEntitiesMasked",
  CASE WHEN bool_and(counted) FILTER (WHERE effect = 'allowed') IS NOT FALSE
    THEN coalesce(sum(most) FILTER (WHERE effect = 'allowed'), 0) END AS "mostEntitiesSeen",
  CASE WHEN bool_and(counted) FILTER (WHERE effect LIKE 'masked:%') IS NOT FALSE
    THEN coalesce(sum(most) FILTER (WHERE effect LIKE 'masked:%'), 0) END AS "mostEntitiesMasked",
  count(*) FILTER (WHERE effect NOT LIKE 'denied:%' AND NOT counted)::float8 AS uncounted,
  max(at) FILTER (WHERE effect = 'allowed') AS "lastSeenAt",
  max(at) AS "lastAt",
  jsonb_agg(DISTINCT purpose) FILTER (WHERE effect = 'allowed' AND purpose IS NOT NULL) AS purposes,
  jsonb_agg(DISTINCT grants) FILTER (WHERE effect = 'allowed') AS grants
FROM told GROUP BY issuer, subject
ORDER BY seen DESC, masked DESC, refused DESC, issuer, subject LIMIT $3`;

/**
 * Finds who was shown or refused an element, those first who saw it most often.
 *
 * @param coordinate Such as `Account.email`.
 * @param limit Callers at most; null for all.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function findReaders(
  pool: PostgresPool,
  coordinate: string,
  since: Date,
  limit: number | null = null,
): Promise<readonly Reader[]> {
  const rows = await pool.query<ReaderRow>(READERS, [coordinate, since.toISOString(), limit]);
  return rows.map(({ purposes, grants, ...row }) => ({
    ...row,
    purposes: [...(purposes ?? [])].sort(),
    grants: [...new Set((grants ?? []).flat())].sort(),
  }));
}
