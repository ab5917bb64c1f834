/**
 * Who holds a grant for a field, why, since when and until when, and whether it is used: what
 * somebody who cleans up has to know.
 *
 * @module
 */
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction, type TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { findGrantUse, type GrantUse } from '../audit/find-grant-use.ts';
import { GRANTS, type GrantFacts } from './access-records.ts';
import { IN_FORCE } from './access-states.ts';
import { type AccessTerms, isClassified } from './access-terms.ts';
import { listAccessTerms } from './access-terms-store.ts';
import type { Approval } from './approval-rules.ts';

/** One grant for a field. */
export interface FieldHolder {
  readonly grant: GrantFacts;
  /** Why it was asked for. */
  readonly reason: string | null;
  /** Who agreed; nobody where nobody had to, or in an emergency. */
  readonly approvals: readonly Approval[];
  /** When the ledger last saw it used for the field; null for never. */
  readonly lastUsedAt: string | null;
  /** Whether it is old enough to have been used, would be on record, and is not. */
  readonly isUnused: boolean;
}

/** Grants that one report has. */
const MOST_HOLDERS = 1000;

const DAY_MS = 86_400_000;

/** What the request says of a grant. */
interface WhyRow {
  readonly id: string;
  readonly reason: string | null;
  readonly approvals: readonly Approval[];
}

/**
 * Finds the grants in force that open a field, those that end first first.
 *
 * @param field A coordinate such as `Account.email`.
 * @param unusedDays For how long a grant is not used before it counts as unused.
 * @param limit Grants at most, 1 to 1000.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function findHolders(
  pool: PostgresPool,
  field: string,
  unusedDays: number,
  limit: number = MOST_HOLDERS,
): Promise<readonly FieldHolder[]> {
  const { grants, why, products } = await inTransaction(pool, async (client) => {
    const terms = await listAccessTerms(client);
    const found = await listGrantsOf(client, field, terms, limit);
    return { grants: found, why: await listReasons(client, found), products: terms };
  });
  if (grants.length === 0) return [];
  const since = new Date(Math.min(...grants.map(({ startsAt }) => Date.parse(startsAt))));
  const ids = grants.map(({ id }) => id);
  const use = await findGrantUse(pool, field, ids, since);
  const unusedSinceMs = Date.now() - unusedDays * DAY_MS;
  return grants.map((grant) => {
    const { reason = null, approvals = [] } = why.get(grant.id) ?? {};
    const lastUsedAt = use.lastUsedAt.get(grant.id) ?? null;
    const isUnused =
      isOnRecord(products, grant.product, field) && isIdle(grant, lastUsedAt, use, unusedSinceMs);
    return { grant, reason, approvals, lastUsedAt, isUnused };
  });
}

/** Of a ledger that began later, or a grant that did, nobody can tell. */
function isIdle(
  { startsAt }: GrantFacts,
  lastUsedAt: string | null,
  { knownSince }: GrantUse,
  unusedSinceMs: number,
): boolean {
  const isEarlier = (instant: string) => Date.parse(instant) <= unusedSinceMs;
  if (knownSince === null || !isEarlier(knownSince) || !isEarlier(startsAt)) return false;
  return lastUsedAt === null || isEarlier(lastUsedAt);
}

/** The ledger knows of classified data alone. */
function isOnRecord(products: readonly AccessTerms[], product: string, field: string): boolean {
  const found = products.find((terms) => terms.product === product)?.classes?.[field];
  return found !== undefined && isClassified(found);
}

/** A grant of a whole product opens what it is known to protect, changes excepted. */
function listGrantsOf(
  client: TransactionClient,
  field: string,
  products: readonly AccessTerms[],
  limit: number,
): Promise<readonly GrantFacts[]> {
  const whole = field.startsWith('Mutation.')
    ? []
    : products
        .filter(({ classes }) => classes !== null && Object.hasOwn(classes, field))
        .map(({ product }) => product);
  return client.query<GrantFacts>(
    `${GRANTS} WHERE state IN ${IN_FORCE} AND least(ends_at, lapses_at) > now()
       AND ($1 = ANY (coordinates) OR (coordinates IS NULL AND product = ANY ($2)))
     ORDER BY least(ends_at, lapses_at), id LIMIT $3`,
    [field, whole, Math.min(limit, MOST_HOLDERS)],
  );
}

async function listReasons(
  client: TransactionClient,
  grants: readonly GrantFacts[],
): Promise<ReadonlyMap<string, WhyRow>> {
  const rows = await client.query<WhyRow>(
    `SELECT access.id, request.reason, coalesce((SELECT jsonb_agg(
         jsonb_build_object('approver', approver, 'roles', roles) ORDER BY approved_at)
       FROM meshgate.access_approval WHERE request_id = request.id), '[]') AS approvals
     FROM meshgate.access_grant AS access
       JOIN meshgate.access_request AS request ON request.id = access.request_id
     WHERE access.id = ANY ($1)`,
    [grants.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
