/**
 * What time does to requests that wait: a reminder after a day, the domain lead after three, and the
 * end after fourteen; and to grants that are to be looked at again. Each step is a line of the history,
 * written once, whoever looks first.
 *
 * @module
 */
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction, type TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { REQUESTS, type RequestFacts } from './access-records.ts';
import type { AccessTerms } from './access-terms.ts';
import { listAccessTerms } from './access-terms-store.ts';
import { canBeAnswered } from './approval-rules.ts';
import { findNeeds } from './find-needs.ts';
import { findToday } from './find-today.ts';
import { recordEscalation, recordLapses, recordReviewDue } from './record-time.ts';

/** How long a request waits for each step, in seconds. */
const REMIND_SECONDS = 24 * 3600;
const ESCALATE_SECONDS = 72 * 3600;

/** Requests that one look moves by each step, and holds against those who could answer them. */
const MOST_OF_A_LOOK = 200;

/** Key of the advisory lock, the letters "tend" read as one number. */
const TEND_LOCK = 0x74656e64;

/** Steps that one look tells of, at most. */
const MOST_NOTICES = 1000;

/** A step that time has taken; whom it is about is for `meshgate access show` to tell. */
export interface AccessNotice {
  readonly step: 'reminded' | 'escalated' | 'unanswered' | 'review due' | 'lapsed';
  readonly request: string;
  readonly product: string;
}

/** What a look has come to. */
export interface Tended {
  /** Steps that nobody was told of before, whoever has recorded them, in order. */
  readonly notices: readonly AccessNotice[];
  /** Where the next look goes on; null for the start. */
  readonly after: string | null;
}

/**
 * Takes one look at what waits for people. Of several that look at once one works; what one does
 * not get to is left for the next.
 *
 * @param after What the look before has returned; null for the first. It may be forgotten.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export function tendRequests(pool: PostgresPool, after: string | null): Promise<Tended> {
  return inTransaction(pool, async (client) => {
    const [lock] = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1) AS held',
      [TEND_LOCK],
    );
    if (lock?.held !== true) return { notices: [], after };
    await recordLapses(client);
    await recordWaiting(client, 'reminded', REMIND_SECONDS);
    await recordWaiting(client, 'escalated', ESCALATE_SECONDS);
    const next = await escalateUnanswerable(client, after);
    await recordReviewDue(client, null);
    return { notices: await takeNotices(client), after: next };
  });
}

async function recordWaiting(
  client: TransactionClient,
  step: 'reminded' | 'escalated',
  seconds: number,
): Promise<void> {
  // One that somebody is answering right now is left to them.
  await client.query(
    `WITH due AS (
       SELECT id FROM meshgate.access_request AS request
       WHERE state = 'requested' AND created_at <= now() - make_interval(secs => $2)
         AND NOT EXISTS (SELECT FROM meshgate.access_event
           WHERE request_id = request.id AND action = $1)
       ORDER BY created_at LIMIT ${MOST_OF_A_LOOK} FOR UPDATE OF request SKIP LOCKED
     )
     INSERT INTO meshgate.access_event (action, request_id, reason)
     SELECT $1, id, $3 FROM due ON CONFLICT DO NOTHING`,
    [step, seconds, `no answer for ${seconds / 3600} hours`],
  );
}

/**
 * Somebody may have left the team since it was asked, or be in it no more under new terms.
 *
 * @returns Where the next look goes on.
 */
async function escalateUnanswerable(
  client: TransactionClient,
  after: string | null,
): Promise<string | null> {
  const waiting = await client.query<RequestFacts>(
    `${REQUESTS} WHERE request.state = 'requested' AND request.id > $1 AND NOT EXISTS (
       SELECT FROM meshgate.access_event WHERE request_id = request.id AND action = 'escalated')
     ORDER BY request.id LIMIT ${MOST_OF_A_LOOK}`,
    [after ?? ''],
  );
  if (waiting.length === 0) return null;
  const products = await listAccessTerms(client);
  const today = await findToday(client);
  for (const request of waiting) {
    if (isStuck(request, products, today)) await recordEscalation(client, request.id);
  }
  const isLast = waiting.length < MOST_OF_A_LOOK;
  return isLast ? null : (waiting.at(-1)?.id ?? null);
}

/** Steps of more than a month ago are no news. */
function takeNotices(client: TransactionClient): Promise<readonly AccessNotice[]> {
  return client.query<AccessNotice>(
    `WITH due AS (
       SELECT id FROM meshgate.access_event
       WHERE action IN ('reminded', 'escalated', 'unanswered', 'review due', 'lapsed')
         AND at > now() - interval '30 days'
         AND NOT EXISTS (SELECT FROM meshgate.access_told WHERE event_id = access_event.id)
       ORDER BY id LIMIT ${MOST_NOTICES}
     ), told AS (
       INSERT INTO meshgate.access_told (event_id) SELECT id FROM due
       ON CONFLICT DO NOTHING RETURNING event_id
     )
     SELECT event.action AS step, event.request_id AS request, request.product
     FROM told JOIN meshgate.access_event AS event ON event.id = told.event_id
       JOIN meshgate.access_request AS request ON request.id = event.request_id
     ORDER BY event.id`,
  );
}

function isStuck(request: RequestFacts, products: readonly AccessTerms[], today: string): boolean {
  const terms = products.find(({ product }) => product === request.product);
  if (terms === undefined) return true;
  const needs = findNeeds(request, terms, products);
  // What the product gives no longer is for nobody to approve, and ends by itself.
  return needs.ok && !canBeAnswered(needs.roles, terms, request, today);
}
