import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import type { GrantFacts, RequestFacts } from './access-records.ts';
import { type GrantStep, type RequestStep, stepGrant, stepRequest } from './access-states.ts';

/** Who takes a step, and why. */
export interface Deed {
  /** Null for a rule. */
  readonly actor: string | null;
  readonly reason: string | null;
}

/** Adds a line to the history. */
export async function recordEvent(
  client: TransactionClient,
  action: string,
  requestId: string,
  grantId: string | null,
  { actor, reason }: Deed,
): Promise<void> {
  await client.query(
    `INSERT INTO meshgate.access_event (actor, action, request_id, grant_id, reason)
     VALUES ($1, $2, $3, $4, $5)`,
    [actor, action, requestId, grantId, reason],
  );
}

/**
 * Takes a step with a request that the transaction holds, and records it.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_CLOSED` when the step cannot be taken from where the request is.
 */
export async function recordRequestStep(
  client: TransactionClient,
  { id, state }: RequestFacts,
  step: Exclude<RequestStep, 'lapse'>,
  deed: Deed,
): Promise<void> {
  const next = stepRequest(state, step);
  if (next === null) throw refuse('a request that is open', `${id}, which is ${state}`);
  await client.query('UPDATE meshgate.access_request SET state = $2 WHERE id = $1', [id, next]);
  await recordEvent(client, next, id, null, deed);
}

/**
 * Takes a step with a grant that the transaction holds, and records it.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_CLOSED` when the step cannot be taken from where the grant is.
 */
export async function recordGrantStep(
  client: TransactionClient,
  { id, state, request }: GrantFacts,
  step: Exclude<GrantStep, 'lapse'>,
  deed: Deed,
): Promise<void> {
  const next = stepGrant(state, step);
  if (next === null) throw refuse('a grant that is active', `${id}, which is ${state}`);
  await client.query('UPDATE meshgate.access_grant SET state = $2 WHERE id = $1', [id, next]);
  await recordEvent(client, next, request, id, deed);
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

/** A request that time has ended. */
export interface LapsedRequest {
  readonly step: 'unanswered';
  readonly request: string;
  readonly product: string;
}

/**
 * Records what time has done since somebody last looked: requests that nobody has answered and
 * grants that are over. Gateways need none of this; they look at the clock.
 *
 * @returns The requests.
 */
export async function recordLapses(client: TransactionClient): Promise<readonly LapsedRequest[]> {
  const unanswered = await client.query<LapsedRequest>(
    `WITH lapsed AS (
       UPDATE meshgate.access_request SET state = 'expired'
       WHERE state = 'requested' AND answer_until <= now() RETURNING id, product, answer_until
     ), told AS (
       INSERT INTO meshgate.access_event (at, action, request_id)
       SELECT answer_until, 'unanswered', id FROM lapsed
     )
     SELECT 'unanswered' AS step, id AS request, product FROM lapsed`,
  );
  const [due] = await client.query(
    "SELECT 1 AS one FROM meshgate.access_grant WHERE state = 'active' AND ends_at <= now() LIMIT 1",
  );
  // The update alone would tell every gateway to load, whether or not a row is changed.
  if (due === undefined) return unanswered;
  await client.query(
    `WITH lapsed AS (
       UPDATE meshgate.access_grant SET state = 'expired'
       WHERE state = 'active' AND ends_at <= now() RETURNING id, request_id, ends_at
     )
     INSERT INTO meshgate.access_event (at, action, request_id, grant_id)
     SELECT ends_at, 'expired', request_id, id FROM lapsed`,
  );
  return unanswered;
}

function refuse(expected: string, given: string): MeshgateError {
  return new MeshgateError('ACCESS_RECORD_CLOSED', {
    message: `Expected ${expected}, but got ${given}.`,
  });
}
