/**
 * What time does to requests and grants, as lines of the history. Gateways need none of the ends; they
 * look at the clock.
 *
 * @module
 */
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';

/** How long a grant goes on when its review is due and nobody keeps it, in seconds. */
export const LAPSE_SECONDS = 14 * 86_400;

/** A step that time has taken; whom it is about is for `meshgate access show` to tell. */
export interface AccessNotice {
  readonly step: 'reminded' | 'escalated' | 'unanswered' | 'review due' | 'lapsed';
  readonly request: string;
  readonly product: string;
}

/**
 * Lets the domain lead answer a request that nobody else can, unless somebody is answering it.
 *
 * @returns Whether that is new.
 */
export async function recordEscalation(
  client: TransactionClient,
  requestId: string,
): Promise<boolean> {
  const added = await client.query(
    `INSERT INTO meshgate.access_event (action, request_id, reason)
     SELECT 'escalated', id, 'nobody else could answer' FROM (
       SELECT id FROM meshgate.access_request WHERE id = $1 AND state = 'requested'
       FOR UPDATE SKIP LOCKED) AS open
     ON CONFLICT DO NOTHING RETURNING request_id`,
    [requestId],
  );
  return added.length > 0;
}

/**
 * Records that the reviews of grants are due, and lets those who may keep them.
 *
 * @param grantId Of this one; null for all, 200 at most.
 */
export function recordReviewDue(
  client: TransactionClient,
  grantId: string | null,
): Promise<readonly AccessNotice[]> {
  return client.query<AccessNotice>(
    `WITH due AS (
       SELECT id FROM meshgate.access_grant
       WHERE state = 'active' AND review_at <= now() AND ($1::text IS NULL OR id = $1)
       ORDER BY review_at LIMIT 200 FOR UPDATE SKIP LOCKED
     ), moved AS (
       UPDATE meshgate.access_grant SET state = 'review_due' FROM due
       WHERE access_grant.id = due.id RETURNING access_grant.id, request_id, product
     ), told AS (
       INSERT INTO meshgate.access_event (action, request_id, grant_id)
       SELECT 'review due', request_id, id FROM moved
     )
     SELECT 'review due' AS step, request_id AS request, product FROM moved`,
    [grantId],
  );
}

/**
 * Records what is over since somebody last looked: requests that nobody has answered, and grants.
 *
 * @returns What somebody could have prevented.
 */
export async function recordLapses(client: TransactionClient): Promise<readonly AccessNotice[]> {
  const unanswered = await client.query<AccessNotice>(
    `WITH lapsed AS (
       UPDATE meshgate.access_request SET state = 'expired'
       WHERE state = 'requested' AND answer_until <= now() RETURNING id, product, answer_until
     ), told AS (
       INSERT INTO meshgate.access_event (at, action, request_id)
       SELECT answer_until, 'unanswered', id FROM lapsed
     )
     SELECT 'unanswered' AS step, id AS request, product FROM lapsed`,
  );
  const isOver = "state IN ('active', 'review_due') AND least(ends_at, lapses_at) <= now()";
  const [due] = await client.query(
    `SELECT 1 AS one FROM meshgate.access_grant WHERE ${isOver} LIMIT 1`,
  );
  // The update alone would tell every gateway to load, whether or not a row is changed.
  if (due === undefined) return unanswered;
  const over = await client.query<AccessNotice & { readonly step: string }>(
    `WITH over AS (
       UPDATE meshgate.access_grant SET state = 'expired' WHERE ${isOver}
       RETURNING id, request_id, product, least(ends_at, lapses_at) AS at,
         CASE WHEN lapses_at < ends_at THEN 'lapsed' ELSE 'expired' END AS action
     ), told AS (
       INSERT INTO meshgate.access_event (at, action, request_id, grant_id)
       SELECT at, action, request_id, id FROM over
     )
     SELECT action AS step, request_id AS request, product FROM over`,
  );
  return [...unanswered, ...over.filter(({ step }) => step === 'lapsed')];
}
