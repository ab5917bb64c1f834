/**
 * What time does to requests and grants, as lines of the history. Gateways need none of the ends; they
 * look at the clock.
 *
 * @module
 */
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { IN_FORCE } from './access-states.ts';

/** How long a grant goes on when its review is due and nobody keeps it, in seconds. */
export const LAPSE_SECONDS = 14 * 86_400;

/**
 * Lets the domain lead answer a request that nobody else can, unless somebody is answering it. Once
 * it is on record, it stays so.
 */
export async function recordEscalation(
  client: TransactionClient,
  requestId: string,
): Promise<void> {
  await client.query(
    `INSERT INTO meshgate.access_event (action, request_id, reason)
     SELECT 'escalated', id, 'nobody else could answer' FROM (
       SELECT id FROM meshgate.access_request WHERE id = $1 AND state = 'requested'
       FOR UPDATE SKIP LOCKED) AS open
     ON CONFLICT DO NOTHING`,
    [requestId],
  );
}

/**
 * Records that the reviews of grants are due, and lets those who may keep them.
 *
 * @param grantId Of this one; null for all, 200 at most.
 */
export async function recordReviewDue(
  client: TransactionClient,
  grantId: string | null,
): Promise<void> {
  const isDue = "state = 'active' AND review_at <= now() AND ($1::text IS NULL OR id = $1)";
  if (!(await hasGrant(client, isDue, [grantId]))) return;
  await client.query(
    `WITH due AS (
       SELECT id FROM meshgate.access_grant WHERE ${isDue}
       ORDER BY review_at LIMIT 200 FOR UPDATE SKIP LOCKED
     ), moved AS (
       UPDATE meshgate.access_grant SET state = 'review_due' FROM due
       WHERE access_grant.id = due.id RETURNING access_grant.id, request_id
     )
     INSERT INTO meshgate.access_event (action, request_id, grant_id)
     SELECT 'review due', request_id, id FROM moved`,
    [grantId],
  );
}

/** Records what is over since somebody last looked: requests that nobody has answered, and grants. */
export async function recordLapses(client: TransactionClient): Promise<void> {
  await client.query(
    `WITH lapsed AS (
       UPDATE meshgate.access_request SET state = 'expired'
       WHERE state = 'requested' AND answer_until <= now() RETURNING id, answer_until
     )
     INSERT INTO meshgate.access_event (at, action, request_id)
     SELECT answer_until, 'unanswered', id FROM lapsed`,
  );
  const isOver = `state IN ${IN_FORCE} AND least(ends_at, lapses_at) <= now()`;
  if (!(await hasGrant(client, isOver, []))) return;
  await client.query(
    `WITH over AS (
       UPDATE meshgate.access_grant SET state = 'expired' WHERE ${isOver}
       RETURNING id, request_id, least(ends_at, lapses_at) AS at,
         CASE WHEN lapses_at < ends_at THEN 'lapsed' ELSE 'expired' END AS action
     )
     INSERT INTO meshgate.access_event (at, action, request_id, grant_id)
     SELECT at, action, request_id, id FROM over`,
  );
}

/** An update alone would tell every gateway to load, whether or not a row is changed. */
async function hasGrant(
  client: TransactionClient,
  condition: string,
  values: readonly unknown[],
): Promise<boolean> {
  const found = await client.query(
    `SELECT FROM meshgate.access_grant WHERE ${condition} LIMIT 1`,
    values,
  );
  return found.length > 0;
}
