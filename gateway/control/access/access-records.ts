import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import type { AccessLevel } from '../../policy/grants/grant.ts';
import { type GrantState, IN_FORCE, type RequestState } from './access-states.ts';
import type { Classification } from './access-terms.ts';
import type { Approval } from './approval-rules.ts';

/** A request as it is shown; times are ISO 8601. */
export interface RequestFacts {
  readonly id: string;
  readonly state: RequestState;
  readonly product: string;
  /** Coordinates; null for all that the product protects. */
  readonly fields: readonly string[] | null;
  readonly level: AccessLevel;
  /** Such as `keepLast:4`; null leaves it to the governance rules. */
  readonly mask: string | null;
  /** Ids of the clients through which alone it counts; null for any. */
  readonly clients: readonly string[] | null;
  readonly classification: Classification;
  readonly issuer: string;
  readonly subject: string;
  readonly purpose: string;
  readonly reason: string | null;
  readonly ttlSeconds: number;
  readonly requestedBy: string;
  /** Id of the grant that is to be renewed. */
  readonly renews: string | null;
  /** Whether the caller was known to be a partner's when it was made. */
  readonly partner: boolean;
  /** Link to the legal agreement that it refers to. */
  readonly agreement: string | null;
  readonly createdAt: string;
  readonly answerUntil: string;
  /** When those who decide were told again that it waits; null for not yet. */
  readonly remindedAt: string | null;
  /** Since when the domain lead may answer it too; null for not yet. */
  readonly escalatedAt: string | null;
  readonly approvals: readonly Approval[];
  /** Whether the grant was taken without waiting for anybody. */
  readonly emergency: boolean;
  /** What is thought of that. */
  readonly reviews: readonly Review[];
  /** Id of the grant that came of it. */
  readonly grant: string | null;
}

/** What somebody who decides about a product thinks of an emergency. */
export interface Review extends Approval {
  readonly verdict: 'justified' | 'unjustified';
}

/** A grant as it is shown; times are ISO 8601. */
export interface GrantFacts {
  readonly id: string;
  readonly state: GrantState;
  readonly request: string;
  readonly product: string;
  readonly fields: readonly string[] | null;
  /** These as in the request. */
  readonly level: AccessLevel;
  readonly mask: string | null;
  readonly clients: readonly string[] | null;
  readonly issuer: string;
  readonly subject: string;
  readonly purpose: string;
  readonly startsAt: string;
  readonly endsAt: string;
  /** When somebody has to look at it again, and when it ends unless it is kept; null for never. */
  readonly reviewAt: string | null;
  readonly lapsesAt: string | null;
}

/** One line of the history. */
export interface AccessEvent {
  readonly at: string;
  /** Null for a rule, or the clock. */
  readonly actor: string | null;
  readonly action: string;
  readonly request: string;
  readonly grant: string | null;
  readonly reason: string | null;
}

/** Which of the records are listed. */
export interface RecordFilter {
  readonly product: string | null;
  readonly subject: string | null;
  /** Closed requests and grants that are over as well. */
  readonly all: boolean;
  /** Only requests that are overdue, and grants whose review is due. */
  readonly overdue: boolean;
}

/** Records listed at most of each kind, the newest. */
const MOST_LISTED = 1000;

const toIso = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const toFirst = (action: string): string =>
  `(SELECT ${toIso('at')} FROM meshgate.access_event
      WHERE request_id = request.id AND action = '${action}')`;

/** The start of every statement that reads requests. */
export const REQUESTS = `
  SELECT request.id, request.state, request.product, request.coordinates AS fields,
    request.level, request.mask, request.clients, request.classification, request.issuer, request.subject, request.purpose, request.reason,
    request.ttl_seconds AS "ttlSeconds", request.requested_by AS "requestedBy", request.renews, request.partner, request.agreement,
    ${toIso('request.created_at')} AS "createdAt",
    ${toIso('request.answer_until')} AS "answerUntil",
    ${toFirst('reminded')} AS "remindedAt", ${toFirst('escalated')} AS "escalatedAt",
    coalesce((SELECT jsonb_agg(jsonb_build_object('approver', approver, 'roles', roles)
      ORDER BY approved_at) FROM meshgate.access_approval WHERE request_id = request.id), '[]')
      AS approvals,
    emergency,
    coalesce((SELECT jsonb_agg(jsonb_build_object('approver', reviewer, 'roles', roles, 'verdict', verdict)
      ORDER BY reviewed_at) FROM meshgate.access_review WHERE request_id = request.id), '[]')
      AS reviews,
    (SELECT id FROM meshgate.access_grant WHERE request_id = request.id) AS grant
  FROM meshgate.access_request AS request`;

/** The start of every statement that reads grants. */
export const GRANTS = `
  SELECT id, state, request_id AS request, product, coordinates AS fields, level, mask,
    clients, issuer, subject, purpose,
    ${toIso('starts_at')} AS "startsAt", ${toIso('ends_at')} AS "endsAt",
    ${toIso('review_at')} AS "reviewAt", ${toIso('lapses_at')} AS "lapsesAt"
  FROM meshgate.access_grant`;

/** An emergency that no owner and no other person as steward have looked at. */
export const TO_REVIEW = `emergency AND NOT EXISTS (
  SELECT FROM meshgate.access_review AS one JOIN meshgate.access_review AS other USING (request_id)
  WHERE request_id = request.id AND one.reviewer <> other.reviewer
    AND 'owner' = ANY (one.roles) AND 'steward' = ANY (other.roles))`;

/** An open request that has waited for a day, or that nobody else than the domain lead can answer. */
export const OVERDUE = `state = 'requested' AND answer_until > now()
  AND (created_at <= now() - interval '24 hours' OR EXISTS (SELECT FROM meshgate.access_event
    WHERE request_id = request.id AND action = 'escalated'))`;

const FILTER = '($1::text IS NULL OR product = $1) AND ($2::text IS NULL OR subject = $2)';

/** Lists requests, the newest first; open ones, and emergencies to be reviewed, unless all are asked for. */
export function listRequests(
  client: TransactionClient,
  { product, subject, all, overdue }: RecordFilter,
): Promise<readonly RequestFacts[]> {
  return client.query<RequestFacts>(
    `${REQUESTS} WHERE ${FILTER} AND ($3 OR state = 'requested' OR ${TO_REVIEW})
       AND (NOT $4 OR (${OVERDUE}))
     ORDER BY created_at DESC, id LIMIT ${MOST_LISTED}`,
    [product, subject, all, overdue],
  );
}

/** Lists grants, the newest first; those in force unless all are asked for. */
export function listGrants(
  client: TransactionClient,
  { product, subject, all, overdue }: RecordFilter,
): Promise<readonly GrantFacts[]> {
  return client.query<GrantFacts>(
    `${GRANTS} WHERE ${FILTER} AND ($3 OR state IN ${IN_FORCE})
       AND (NOT $4 OR state = 'review_due')
     ORDER BY starts_at DESC, id LIMIT ${MOST_LISTED}`,
    [product, subject, all, overdue],
  );
}

/** Lists what has happened to a request and its grant, in order. */
export function listEvents(
  client: TransactionClient,
  requestId: string,
): Promise<readonly AccessEvent[]> {
  return client.query<AccessEvent>(
    `SELECT ${toIso('at')} AS at, actor, action, request_id AS request, grant_id AS grant, reason
     FROM meshgate.access_event WHERE request_id = $1 ORDER BY id LIMIT ${MOST_LISTED}`,
    [requestId],
  );
}

/**
 * Finds a request and keeps others from changing it until the transaction ends.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN` when there is none.
 */
export async function holdRequest(client: TransactionClient, id: string): Promise<RequestFacts> {
  // In a statement of its own: what others wrote while this one waited is seen by the next.
  await client.query('SELECT id FROM meshgate.access_request WHERE id = $1 FOR UPDATE', [id]);
  const [found] = await client.query<RequestFacts>(`${REQUESTS} WHERE request.id = $1`, [id]);
  return found ?? refuse('the id of an access request, such as r-1a2b3c4d5e6f', id);
}

/**
 * Finds a grant and keeps others from changing it until the transaction ends.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN` when there is none.
 */
export async function holdGrant(client: TransactionClient, id: string): Promise<GrantFacts> {
  const [found] = await client.query<GrantFacts>(`${GRANTS} WHERE id = $1 FOR UPDATE`, [id]);
  return found ?? refuse('the id of a grant, such as g-1a2b3c4d5e6f', id);
}

function refuse(expected: string, given: string): never {
  throw new MeshgateError('ACCESS_RECORD_UNKNOWN', {
    message: `Expected ${expected}, but got ${JSON.stringify(given)}; meshgate access list --all shows them.`,
  });
}
