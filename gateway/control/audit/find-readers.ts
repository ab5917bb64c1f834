import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { type EntityKeyForm, PLAIN_KEYS } from '../../audit/entity-key-form.ts';

/** What the ledger is asked. */
export interface ReadersQuery {
  /** A coordinate, such as `Account.email`. */
  readonly field: string;
  readonly since: Date;
  /** Only answers that showed the field of this entity; null takes all. */
  readonly entity: AskedEntity | null;
  /** Callers at most; null for all. */
  readonly limit: number | null;
}

/** One entity, by its key. */
export interface AskedEntity {
  /** As the products write it; JSON of its fields where it has several. */
  readonly key: string;
  /** How records may name it besides by the key itself; null without a secret. */
  readonly hashed: EntityKeyForm | null;
}

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
  /**
   * Where one entity is asked for: how often values were shown of which the ledger does not say for
   * certain whether they were its own. None of these is in the other counts.
   */
  readonly unsure: number;
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
      ELSE record -> 'effects' ->> $1 END AS effect,
    record ->> 'entityKeys' AS form, record -> 'entities' -> $1 AS entities
  FROM meshgate.audit_record WHERE record -> 'effects' ? $1 AND at >= $2
), held AS (
  SELECT *, CASE
    WHEN $4::text IS NULL THEN true
    WHEN effect LIKE 'denied:%' OR (counted AND values IS NULL) THEN false
    WHEN form = 'plain' AND entities -> 'keys' ? $4::text THEN true
    WHEN form = $5::text AND entities -> 'keys' ? $6::text THEN true
    -- All that were shown are named, and by the key that was asked for.
    WHEN form IN ('plain', $5::text) AND NOT entities ? 'more' THEN false
  END AS is_held FROM told
)
SELECT issuer, subject,
  count(*) FILTER (WHERE is_held AND effect = 'allowed')::float8 AS seen,
  count(*) FILTER (WHERE is_held AND effect LIKE 'masked:%')::float8 AS masked,
  count(*) FILTER (WHERE is_held AND effect LIKE 'denied:%')::float8 AS refused,
  coalesce(sum(values) FILTER (WHERE is_held AND effect = 'allowed'), 0) AS "valuesSeen",
  coalesce(sum(values) FILTER (WHERE is_held AND effect LIKE 'masked:%'), 0) AS "valuesMasked",
  coalesce(max(least) FILTER (WHERE is_held AND effect = 'allowed'), 0) AS "leastEntitiesSeen",
  coalesce(max(least) FILTER (WHERE is_held AND effect LIKE 'masked:%'), 0)
    AS "leastEntitiesMasked",
  CASE WHEN bool_and(counted) FILTER (WHERE is_held AND effect = 'allowed') IS NOT FALSE
    THEN coalesce(sum(most) FILTER (WHERE is_held AND effect = 'allowed'), 0)
    END AS "mostEntitiesSeen",
  CASE WHEN bool_and(counted) FILTER (WHERE is_held AND effect LIKE 'masked:%') IS NOT FALSE
    THEN coalesce(sum(most) FILTER (WHERE is_held AND effect LIKE 'masked:%'), 0)
    END AS "mostEntitiesMasked",
  count(*) FILTER (WHERE is_held IS NULL)::float8 AS unsure,
  count(*) FILTER (WHERE is_held AND effect NOT LIKE 'denied:%' AND NOT counted)::float8
    AS uncounted,
  max(at) FILTER (WHERE is_held AND effect = 'allowed') AS "lastSeenAt",
  max(at) FILTER (WHERE is_held IS NOT FALSE) AS "lastAt",
  jsonb_agg(DISTINCT purpose)
    FILTER (WHERE is_held AND effect = 'allowed' AND purpose IS NOT NULL) AS purposes,
  jsonb_agg(DISTINCT grants) FILTER (WHERE is_held AND effect = 'allowed') AS grants
FROM held GROUP BY issuer, subject HAVING bool_or(is_held IS NOT FALSE)
ORDER BY seen DESC, masked DESC, refused DESC, unsure DESC, issuer, subject LIMIT $3`;

/**
 * Finds who was shown or refused an element, those first who saw it most often. Of one entity it is not
 * known who was refused it.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function findReaders(
  pool: PostgresPool,
  { field, since, entity, limit }: ReadersQuery,
): Promise<readonly Reader[]> {
  const rows = await pool.query<ReaderRow>(READERS, [
    ...[field, since.toISOString(), limit],
    entity === null ? null : PLAIN_KEYS.toKept(entity.key),
    entity?.hashed?.name ?? null,
    entity?.hashed?.toKept(entity.key) ?? null,
  ]);
  return rows.map(({ purposes, grants, ...row }) => ({
    ...row,
    purposes: [...(purposes ?? [])].sort(),
    grants: [...new Set((grants ?? []).flat())].sort(),
  }));
}
