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
import {
  type AccessNotice,
  recordEscalation,
  recordLapses,
  recordReviewDue,
} from './record-time.ts';

/** How long a request waits for each step, in seconds. */
const REMIND_SECONDS = 24 * 3600;
const ESCALATE_SECONDS = 72 * 3600;

/** Requests that one look moves by each step, and holds against those who could answer them. */
const MOST_OF_A_LOOK = 200;

/** Key of the advisory lock, the letters "tend" read as one number. */
const TEND_LOCK = 0x74656e64;

/** What a look has come to. */
export interface Tended {
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
    const lapsed = await recordLapses(client);
    const reminded = await recordWaiting(client, 'reminded', REMIND_SECONDS);
    const escalated = await recordWaiting(client, 'escalated', ESCALATE_SECONDS);
    const stuck = await escalateUnanswerable(client, after);
    const due = await recordReviewDue(client, null);
    const notices = [...lapsed, ...reminded, ...escalated, ...stuck.notices, ...due];
    return { notices, after: stuck.after };
  });
}

async function recordWaiting(
  client: TransactionClient,
  step: 'reminded' | 'escalated',
  seconds: number,
): Promise<readonly AccessNotice[]> {
  // One that somebody is answering right now is left to them.
  const told = await client.query<{ request: string; product: string }>(
    `WITH due AS (
       SELECT id, product FROM meshgate.access_request AS request
       WHERE state = 'requested' AND created_at <= now() - make_interval(secs => $2)
         AND NOT EXISTS (SELECT FROM meshgate.access_event
           WHERE request_id = request.id AND action = $1)
       ORDER BY created_at LIMIT ${MOST_OF_A_LOOK} FOR UPDATE OF request SKIP LOCKED
     ), told AS (
       INSERT INTO meshgate.access_event (action, request_id, reason)
       SELECT $1, id, $3 FROM due ON CONFLICT DO NOTHING RETURNING request_id
     )
     SELECT due.id AS request, due.product FROM due JOIN told ON told.request_id = due.id`,
    [step, seconds, `no answer for ${seconds / 3600} hours`],
  );
  return told.map((one) => ({ step, ...one }));
}

/** Somebody may have left the team since it was asked, or be on it no more under new terms. */
async function escalateUnanswerable(
  client: TransactionClient,
  after: string | null,
): Promise<Tended> {
  const waiting = await client.query<RequestFacts>(
    `${REQUESTS} WHERE request.state = 'requested' AND request.id > $1 AND NOT EXISTS (
       SELECT FROM meshgate.access_event WHERE request_id = request.id AND action = 'escalated')
     ORDER BY request.id LIMIT ${MOST_OF_A_LOOK}`,
    [after ?? ''],
  );
  if (waiting.length === 0) return { notices: [], after: null };
  const products = await listAccessTerms(client);
  const today = await findToday(client);
  const notices: AccessNotice[] = [];
  for (const request of waiting) {
    if (!isStuck(request, products, today)) continue;
    const { id, product } = request;
    if (await recordEscalation(client, id)) {
      notices.push({ step: 'escalated', request: id, product });
    }
  }
  const isLast = waiting.length < MOST_OF_A_LOOK;
  return { notices, after: isLast ? null : (waiting.at(-1)?.id ?? null) };
}

function isStuck(request: RequestFacts, products: readonly AccessTerms[], today: string): boolean {
  const terms = products.find(({ product }) => product === request.product);
  if (terms === undefined) return true;
  const needs = findNeeds(request, terms, products);
  // What the product gives no longer is for nobody to approve, and ends by itself.
  return needs.ok && !canBeAnswered(needs.roles, terms, request, today);
}
