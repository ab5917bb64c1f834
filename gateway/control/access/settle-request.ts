/**
 * The part of every change that decides: whether what has been agreed so far is enough, and the
 * grant that comes of it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { type GrantFacts, holdGrant, holdRequest, type RequestFacts } from './access-records.ts';
import { IN_FORCE, isInForce } from './access-states.ts';
import type { AccessTerms, ApproverRole } from './access-terms.ts';
import { findProduct, listAccessTerms } from './access-terms-store.ts';
import {
  canBeAnswered,
  findAgreementProblem,
  isApproved,
  isAutoApproved,
  isPartner,
  rolesThatApprove,
} from './approval-rules.ts';
import { type AccessWish, type Assessment, assessRequest } from './assess-request.ts';
import { findNeeds } from './find-needs.ts';
import { findToday } from './find-today.ts';
import { MOST_GRANTS } from './load-grants.ts';
import { type Deed, recordEvent, recordGrantStep, recordRequestStep } from './record-step.ts';
import { LAPSE_SECONDS, recordEscalation } from './record-time.ts';

/** What somebody asks for. */
export interface NewRequest extends AccessWish {
  readonly product: string;
  readonly issuer: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly requestedBy: string;
  /** Whether access is taken without waiting for anybody; it is reviewed afterwards. */
  readonly emergency: boolean;
  /**
   * Whether the names in descriptors are names at this issuer; absent is yes. Where not, the caller
   * belongs to no team, whatever the subject.
   */
  readonly isTeamIssuer?: boolean;
}

/** Where a change has led. */
export interface AccessChange {
  readonly request: RequestFacts;
  /** Null while there is none. */
  readonly grant: GrantFacts | null;
  /** Roles in which somebody has to approve; empty when nobody has to. */
  readonly needs: readonly ApproverRole[];
  /** What gateways have to have loaded to enforce it; null when it changes nothing for them. */
  readonly epoch: string | null;
}

/** How long a request waits for an answer, in seconds. */
const ANSWER_SECONDS = 14 * 86_400;

/** An administrator may have left requests open by the thousand; more is a mistake. */
const MOST_OPEN_REQUESTS = 10_000;

/**
 * Writes a request down, and gives the grant at once where no one has to look at it.
 *
 * @param renews Id of the grant that is to be renewed; null for none.
 * @throws {MeshgateError} `ACCESS_PRODUCT_UNKNOWN`; `INPUT_INVALID` when the product does not give
 *   what is asked for.
 */
export async function addRequest(
  client: TransactionClient,
  wish: NewRequest,
  renews: string | null,
): Promise<AccessChange> {
  const { product, coordinates, issuer, subject, purpose, reason, ttlSeconds } = wish;
  const { requestedBy, emergency, level = 'full', mask = null, clients = null } = wish;
  const neighbours = await listAccessTerms(client);
  const terms = findProduct(neighbours, product);
  const { classification, classes } = assess(wish, terms);
  const today = await findToday(client);
  const partner = isPartner(issuer, neighbours);
  const teams = wish.isTeamIssuer === false || partner ? [] : neighbours;
  const isAuto = !emergency && isAutoApproved(classification, subject, terms, teams, today);
  const agreement = wish.agreement ?? (partner ? terms.agreement : null);
  const missing = isAuto ? null : findAgreementProblem(partner, agreement, terms);
  if (missing !== null) throw new MeshgateError('INPUT_INVALID', { message: missing });
  await assertRoom(client);
  const id = `r-${randomBytes(6).toString('hex')}`;
  await client.query(
    `INSERT INTO meshgate.access_request (id, product, coordinates, classification, issuer, subject,
       purpose, reason, ttl_seconds, requested_by, renews, emergency, answer_until, level, mask, clients,
       partner, agreement)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now() + make_interval(secs => $13),
       $14, $15, $16, $17, $18)`,
    [
      ...[id, product, coordinates, classification, issuer, subject, purpose, reason],
      ...[ttlSeconds, requestedBy, renews, emergency, ANSWER_SECONDS, level, mask, clients],
      ...[partner, agreement],
    ],
  );
  await recordEvent(client, 'requested', id, null, { actor: requestedBy, reason });
  if (emergency) {
    return give(client, await holdRequest(client, id), { actor: requestedBy, reason: 'emergency' });
  }
  if (!isAuto) {
    const needs = rolesThatApprove(classes, level, partner);
    const parties = { requestedBy, subject, approvals: [] };
    if (!canBeAnswered(needs, terms, parties, today)) await recordEscalation(client, id);
    return toChange(client, id, needs, null);
  }
  const request = await holdRequest(client, id);
  return give(client, request, { actor: null, reason: `${classification} data of ${product}` });
}

/**
 * Gives the grant when everybody who has to has agreed. How protected the data is counts as it is
 * known now, not as it was when it was asked for.
 */
export async function settleRequest(
  client: TransactionClient,
  requestId: string,
): Promise<AccessChange> {
  const request = await holdRequest(client, requestId);
  const neighbours = await listAccessTerms(client);
  const needs = findNeeds(request, findProduct(neighbours, request.product), neighbours);
  if (!needs.ok) throw new MeshgateError('INPUT_INVALID', { message: needs.message });
  const { approvals, escalatedAt } = request;
  if (!isApproved(needs.roles, approvals, escalatedAt !== null)) {
    return toChange(client, requestId, needs.roles, null);
  }
  const who = approvals.map(({ approver }) => approver).join(' and ');
  return give(client, request, { actor: null, reason: `approved by ${who}` });
}

/** Reads where a change has led. @param epoch As in `AccessChange`. */
export async function toChange(
  client: TransactionClient,
  requestId: string,
  needs: readonly ApproverRole[],
  epoch: string | null,
): Promise<AccessChange> {
  const request = await holdRequest(client, requestId);
  const grant = request.grant === null ? null : await holdGrant(client, request.grant);
  return { request, grant, needs, epoch };
}

/** @returns What a gateway has to have loaded to know of all that this transaction has changed. */
export async function findAccessEpoch(client: TransactionClient): Promise<string> {
  const [row] = await client.query<{ epoch: string }>(
    "SELECT epoch::text AS epoch FROM meshgate.change WHERE topic = 'access'",
  );
  return row?.epoch ?? '0';
}

async function give(
  client: TransactionClient,
  request: RequestFacts,
  deed: Deed,
): Promise<AccessChange> {
  await recordRequestStep(client, request, 'approve', deed);
  if (request.renews !== null) await supersede(client, request.renews, deed);
  const { reviewAfterSeconds } = findProduct(await listAccessTerms(client), request.product);
  const review = request.ttlSeconds > reviewAfterSeconds ? reviewAfterSeconds : null;
  const { product, fields, level, mask, clients, issuer, subject, purpose, ttlSeconds } = request;
  const id = `g-${randomBytes(6).toString('hex')}`;
  const added = await client.query(
    `INSERT INTO meshgate.access_grant (id, request_id, product, coordinates, issuer, subject,
       purpose, starts_at, ends_at, level, mask, clients, review_at, lapses_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, now(), now() + make_interval(secs => $8), $9, $10, $11,
       now() + make_interval(secs => $12), now() + make_interval(secs => $13)
     WHERE (SELECT count(*) FROM meshgate.access_grant WHERE state IN ${IN_FORCE}) < ${MOST_GRANTS}
     RETURNING id`,
    [
      ...[id, request.id, product, fields, issuer, subject, purpose, ttlSeconds],
      ...[level, mask, clients, review, review === null ? null : review + LAPSE_SECONDS],
    ],
  );
  if (added.length === 0) {
    throw refuse(`fewer than ${MOST_GRANTS} active grants; revoke those that nobody needs`);
  }
  await recordEvent(client, 'granted', request.id, id, deed);
  return toChange(client, request.id, [], await findAccessEpoch(client));
}

/** A grant that has ended by itself has nothing left to hand over; one that was revoked stays so. */
async function supersede(client: TransactionClient, grantId: string, deed: Deed): Promise<void> {
  const grant = await holdGrant(client, grantId);
  if (isInForce(grant.state)) await recordGrantStep(client, grant, 'supersede', deed);
  else if (grant.state !== 'expired') {
    throw new MeshgateError('ACCESS_RECORD_CLOSED', {
      message: `Expected to renew a grant that is active, but ${grantId} is ${grant.state}.`,
    });
  }
}

function assess(wish: AccessWish, terms: AccessTerms): Extract<Assessment, { ok: true }> {
  const assessed = assessRequest(wish, terms);
  if (assessed.ok) return assessed;
  throw new MeshgateError('INPUT_INVALID', { message: assessed.message });
}

async function assertRoom(client: TransactionClient): Promise<void> {
  const [found] = await client.query<{ open: number }>(
    "SELECT count(*)::int AS open FROM meshgate.access_request WHERE state = 'requested'",
  );
  if ((found?.open ?? 0) < MOST_OPEN_REQUESTS) return;
  throw refuse(`fewer than ${MOST_OPEN_REQUESTS} open requests; answer some`);
}

function refuse(expected: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', { message: `Expected ${expected}.` });
}
