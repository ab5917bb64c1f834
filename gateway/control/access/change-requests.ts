/**
 * What people do with access requests and grants. Each deed is one transaction, with its lines in
 * the history and, where it matters to gateways, the news to them.
 *
 * @module
 */
import type { ErrorCode } from '../../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction, type TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { holdGrant, holdRequest, type RequestFacts } from './access-records.ts';
import { isInForce } from './access-states.ts';
import { isParty } from './approval-rules.ts';
import { findRoles } from './find-roles.ts';
import { recordEvent, recordGrantStep, recordRequestStep } from './record-step.ts';
import { recordLapses } from './record-time.ts';
import {
  type AccessChange,
  addRequest,
  findAccessEpoch,
  type NewRequest,
  settleRequest,
  toChange,
} from './settle-request.ts';

/** Who does something, and why. */
export interface PersonalDeed {
  readonly actor: string;
  readonly reason: string | null;
  /**
   * Whether it is who has asked or whom it is for; absent leaves that to the names. Says yes of those
   * only who are known to be, by more than a name.
   */
  readonly isParty?: boolean;
  /** As `NewRequest` has it, of whom a renewal is for. */
  readonly isTeamIssuer?: boolean;
}

/**
 * Makes a request; where no one has to look at it, a grant comes of it at once.
 *
 * @throws {MeshgateError} `ACCESS_PRODUCT_UNKNOWN`; `INPUT_INVALID` when the product does not give
 *   what is asked for.
 */
export function requestAccess(pool: PostgresPool, wish: NewRequest): Promise<AccessChange> {
  return inCleanTransaction(pool, (client) => addRequest(client, wish, null));
}

/**
 * Asks for a grant to go on: a new request for the same, from which a new grant comes that takes
 * the place of the old one.
 *
 * @param ttlSeconds How long the new grant is to last, from when it is given.
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`; `ACCESS_RECORD_CLOSED` when it is not active.
 */
export function renewGrant(
  pool: PostgresPool,
  grantId: string,
  ttlSeconds: number,
  { actor, reason, isTeamIssuer = true }: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    const grant = await holdGrant(client, grantId);
    const { state, product, fields, level, mask, clients, issuer, subject, purpose } = grant;
    if (!isInForce(state)) {
      throw refuse(
        'ACCESS_RECORD_CLOSED',
        `a grant that is active, but ${grantId} is ${state}; ask for a new one`,
      );
    }
    const { agreement } = await holdRequest(client, grant.request);
    const same = {
      product,
      agreement,
      coordinates: fields,
      level,
      mask,
      clients,
      issuer,
      subject,
      purpose,
    };
    const deed = { reason, requestedBy: actor, emergency: false, isTeamIssuer };
    return addRequest(client, { ...same, ttlSeconds, ...deed }, grantId);
  });
}

/**
 * Agrees to a request. When everybody who has to has agreed, a grant comes of it.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`, `ACCESS_RECORD_CLOSED`; `ACCESS_OWN_REQUEST` or
 *   `ACCESS_NOT_DECIDER` when this person may not approve it.
 */
export function approveRequest(
  pool: PostgresPool,
  requestId: string,
  deed: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    const request = await holdOpenRequest(client, requestId);
    assertOther(deed, request);
    const roles = await findRoles(client, request, deed.actor);
    const added = await client.query(
      `INSERT INTO meshgate.access_approval (request_id, approver, roles)
       VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING approver`,
      [requestId, deed.actor, roles],
    );
    if (added.length > 0) {
      await recordEvent(client, `agreed (${roles.join(', ')})`, requestId, null, deed);
    }
    return settleRequest(client, requestId);
  });
}

/**
 * Refuses a request.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`, `ACCESS_RECORD_CLOSED`; `ACCESS_NOT_DECIDER` when
 *   this person decides nothing about the product.
 */
export function denyRequest(
  pool: PostgresPool,
  requestId: string,
  deed: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    const request = await holdOpenRequest(client, requestId);
    await findRoles(client, request, deed.actor);
    await recordRequestStep(client, request, 'deny', deed);
    return toChange(client, requestId, [], null);
  });
}

/**
 * Takes a request back.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`, `ACCESS_RECORD_CLOSED`; `ACCESS_NOT_DECIDER` when
 *   it is somebody else's.
 */
export function withdrawRequest(
  pool: PostgresPool,
  requestId: string,
  deed: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    const request = await holdOpenRequest(client, requestId);
    if (!(deed.isParty ?? isParty(deed.actor, request))) {
      throw refuse(
        'ACCESS_NOT_DECIDER',
        `who has asked (${request.requestedBy}) or whom it is for (${request.subject}), but got ${deed.actor}`,
      );
    }
    await recordRequestStep(client, request, 'withdraw', deed);
    return toChange(client, requestId, [], null);
  });
}

/**
 * Ends a grant before its time. Owners and stewards of the product may, and so may the caller
 * whose grant it is.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`, `ACCESS_RECORD_CLOSED`; `ACCESS_NOT_DECIDER` when
 *   this person may not revoke it.
 */
export function revokeGrant(
  pool: PostgresPool,
  grantId: string,
  deed: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    const grant = await holdGrant(client, grantId);
    const request = await holdRequest(client, grant.request);
    if (!(deed.isParty ?? isParty(deed.actor, request))) {
      await findRoles(client, request, deed.actor);
    }
    await recordGrantStep(client, grant, 'revoke', deed);
    return toChange(client, request.id, [], await findAccessEpoch(client));
  });
}

/** What time has done by now is written down first, so that nothing is done to what is over. */
export function inCleanTransaction(
  pool: PostgresPool,
  work: (client: TransactionClient) => Promise<AccessChange>,
): Promise<AccessChange> {
  return inTransaction(pool, async (client) => {
    await recordLapses(client);
    return work(client);
  });
}

/**
 * Lets nobody decide about their own request, nor somebody who bears the name of who has asked or of
 * whom it is for.
 *
 * @throws {MeshgateError} `ACCESS_OWN_REQUEST`.
 */
export function assertOther({ actor, isParty: isKnownParty }: PersonalDeed, request: RequestFacts) {
  if (isKnownParty !== true && !isParty(actor, request)) return;
  throw refuse(
    'ACCESS_OWN_REQUEST',
    `somebody else than who has asked and whom it is for, but got ${actor}`,
  );
}

async function holdOpenRequest(client: TransactionClient, id: string): Promise<RequestFacts> {
  const request = await holdRequest(client, id);
  if (request.state === 'requested') return request;
  throw refuse('ACCESS_RECORD_CLOSED', `a request that is open, but ${id} is ${request.state}`);
}

function refuse(code: ErrorCode, expected: string): MeshgateError {
  return new MeshgateError(code, { message: `Expected ${expected}.` });
}
