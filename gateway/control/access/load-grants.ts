import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { invariant } from '../../../shared/lang/invariant.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { Grant } from '../../policy/grants/grant.ts';
import { parseMaskName } from '../../policy/mask-name.ts';
import { IN_FORCE } from './access-states.ts';

/** Active grants that a gateway holds in memory; no more are made. */
export const MOST_GRANTS = 100_000;

/** What has begun by the clock of the database has begun, whatever a gateway's own clock says. */
const GRANTS = `
  SELECT id, issuer, subject, product, coordinates, level, mask, clients, purpose,
    CASE WHEN starts_at <= clock_timestamp() THEN 0
      ELSE extract(epoch FROM starts_at)::float8 * 1000 END AS "startsAtMs",
    extract(epoch FROM least(ends_at, lapses_at))::float8 * 1000 AS "endsAtMs"
  FROM meshgate.access_grant
  WHERE state IN ${IN_FORCE} AND least(ends_at, lapses_at) > clock_timestamp()
  LIMIT ${MOST_GRANTS + 1}`;

/**
 * Loads the grants in force.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`; `CONFIG_INVALID` when there are more than are ever
 *   made, so that none is left out without a word.
 */
export async function loadGrants(pool: PostgresPool): Promise<readonly Grant[]> {
  const grants = await pool.query<GrantRow>(GRANTS);
  if (grants.length <= MOST_GRANTS) return grants.map(toGrant);
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected at most ${MOST_GRANTS} active grants in the schema meshgate, but there are more. Revoke those that are no longer needed.`,
  });
}

/** A grant with its mask as a word. */
type GrantRow = Omit<Grant, 'mask'> & { readonly mask: string | null };

function toGrant({ mask: name, ...grant }: GrantRow): Grant {
  if (name === null) return { ...grant, mask: null };
  const mask = parseMaskName(name);
  invariant(mask !== null, 'the schema lets no other masks in');
  return { ...grant, mask };
}
