/**
 * Requests and grants in pages, the newest first, each for those whom it concerns.
 *
 * @module
 */
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import {
  GRANTS,
  type GrantFacts,
  OVERDUE,
  REQUESTS,
  type RequestFacts,
  TO_REVIEW,
} from './access-records.ts';
import { IN_FORCE } from './access-states.ts';

/** Where a page begins and how many rows it may have. */
export interface RecordPage {
  readonly limit: number;
  /** Microseconds of the epoch and id of the row that it stands behind; null for the first page. */
  readonly after: readonly string[] | null;
}

/** A row with its place in the list. */
export type Placed<Row> = Row & { readonly position: string };

/** Products about whose requests somebody decides, and those where only about what has escalated or is a partner's. */
export interface DecidedProducts {
  readonly products: readonly string[];
  readonly led: readonly string[];
}

/** A caller as tokens name it. */
export interface Holder {
  readonly issuer: string;
  readonly subject: string;
}

/** Pages through what a caller has asked for, and what was asked for on its behalf. */
export function pageRequestsOf(
  client: TransactionClient,
  { issuer, subject }: Holder,
  page: RecordPage,
): Promise<readonly Placed<RequestFacts>[]> {
  return pageRequests(client, 'issuer = $1 AND subject = $2', [issuer, subject], page);
}

/**
 * Pages through what waits for the word of a person: open requests, and emergencies to be reviewed,
 * without those that are their own or that they have answered.
 *
 * @param decided About whose requests the person decides.
 * @param overdue Only what is overdue.
 */
export function pageRequestsFor(
  client: TransactionClient,
  person: string,
  { products, led }: DecidedProducts,
  overdue: boolean,
  page: RecordPage,
): Promise<readonly Placed<RequestFacts>[]> {
  const waits = `(product = ANY ($2) OR (product = ANY ($6) AND (partner OR EXISTS (
      SELECT FROM meshgate.access_event WHERE request_id = request.id AND action = 'escalated'))))
    AND (NOT $7 OR (${OVERDUE}))
    AND lower(normalize(requested_by)) <> lower(normalize($1))
    AND lower(normalize(subject)) <> lower(normalize($1))
    AND ((state = 'requested' AND answer_until > now() AND NOT EXISTS (
        SELECT FROM meshgate.access_approval WHERE request_id = request.id
          AND lower(normalize(approver)) = lower(normalize($1))))
      OR (${TO_REVIEW} AND NOT EXISTS (
        SELECT FROM meshgate.access_review WHERE request_id = request.id
          AND lower(normalize(reviewer)) = lower(normalize($1)))))`;
  return pageRequests(client, waits, [person, products], page, [led, overdue]);
}

/** Pages through the grants of a caller. @param all Those that are over as well. */
export function pageGrantsOf(
  client: TransactionClient,
  { issuer, subject }: Holder,
  all: boolean,
  page: RecordPage,
): Promise<readonly Placed<GrantFacts>[]> {
  return pageGrants(
    client,
    'issuer = $1 AND subject = $2',
    [issuer, subject],
    { all, due: false },
    page,
  );
}

/**
 * Pages through the grants of some products.
 *
 * @param all Those that are over as well.
 * @param due Only those whose review is due.
 */
export function pageGrantsOn(
  client: TransactionClient,
  products: readonly string[],
  { all, due }: { readonly all: boolean; readonly due: boolean },
  page: RecordPage,
): Promise<readonly Placed<GrantFacts>[]> {
  return pageGrants(
    client,
    '$1::text IS NOT NULL AND product = ANY ($2)',
    ['', products],
    { all, due },
    page,
  );
}

/** Finds a request without holding it; null when there is none. */
export async function findRequest(
  client: TransactionClient,
  id: string,
): Promise<RequestFacts | null> {
  const [found] = await client.query<RequestFacts>(`${REQUESTS} WHERE request.id = $1`, [id]);
  return found ?? null;
}

/** Finds a grant without holding it; null when there is none. */
export async function findGrant(client: TransactionClient, id: string): Promise<GrantFacts | null> {
  const [found] = await findGrants(client, [id]);
  return found ?? null;
}

/** Finds grants by their ids, in any order. */
export function findGrants(
  client: Pick<TransactionClient, 'query'>,
  ids: readonly string[],
): Promise<readonly GrantFacts[]> {
  return client.query<GrantFacts>(`${GRANTS} WHERE id = ANY ($1)`, [ids]);
}

/** Counts the open requests of a caller. */
export async function countOpenRequests(
  client: TransactionClient,
  { issuer, subject }: Holder,
): Promise<number> {
  const [row] = await client.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM meshgate.access_request
     WHERE issuer = $1 AND subject = $2 AND state = 'requested' AND answer_until > now()`,
    [issuer, subject],
  );
  return row?.open ?? 0;
}

const toPosition = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint::text`;

function pageRequests(
  client: TransactionClient,
  condition: string,
  values: readonly unknown[],
  { limit, after }: RecordPage,
  more: readonly unknown[] = [],
): Promise<readonly Placed<RequestFacts>[]> {
  return client.query<Placed<RequestFacts>>(
    `SELECT * FROM (SELECT row.*, ${toPosition('made.created_at')} AS position
       FROM (${REQUESTS} WHERE ${condition}) AS row
         JOIN meshgate.access_request AS made ON made.id = row.id) AS placed
     WHERE $3::bigint IS NULL OR (position::bigint, id) < ($3::bigint, $4::text)
     ORDER BY position::bigint DESC, id DESC LIMIT $5`,
    [...values, after?.[0] ?? null, after?.[1] ?? null, limit, ...more],
  );
}

function pageGrants(
  client: TransactionClient,
  condition: string,
  values: readonly unknown[],
  { all, due }: { readonly all: boolean; readonly due: boolean },
  { limit, after }: RecordPage,
): Promise<readonly Placed<GrantFacts>[]> {
  return client.query<Placed<GrantFacts>>(
    `SELECT * FROM (SELECT row.*, ${toPosition('made.starts_at')} AS position
       FROM (${GRANTS} WHERE ${condition} AND ($6 OR state IN ${IN_FORCE}
         AND least(ends_at, lapses_at) > now()) AND (NOT $7 OR state = 'review_due')) AS row
         JOIN meshgate.access_grant AS made ON made.id = row.id) AS placed
     WHERE $3::bigint IS NULL OR (position::bigint, id) < ($3::bigint, $4::text)
     ORDER BY position::bigint DESC, id DESC LIMIT $5`,
    [...values, after?.[0] ?? null, after?.[1] ?? null, limit, all, due],
  );
}
