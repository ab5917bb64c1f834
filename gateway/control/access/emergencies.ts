/**
 * Access in an emergency: taken at once, for a few hours, told to those who answer for the data,
 * and reviewed by two of them afterwards.
 *
 * @module
 */
import type { ErrorCode } from '../../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { holdGrant, holdRequest, type Review } from './access-records.ts';
import { isInForce } from './access-states.ts';
import { USUAL_ROLES } from './access-terms.ts';
import { isApproved } from './approval-rules.ts';
import { assertOther, inCleanTransaction, type PersonalDeed } from './change-requests.ts';
import { findRoles } from './find-roles.ts';
import { recordEvent, recordGrantStep } from './record-step.ts';
import {
  type AccessChange,
  addRequest,
  findAccessEpoch,
  type NewRequest,
  toChange,
} from './settle-request.ts';

/** The longest that access lasts which nobody has approved, in seconds. */
export const LONGEST_EMERGENCY_SECONDS = 4 * 3600;

/** An emergency whose grant is in force; who it was is for `meshgate access show` to tell. */
export interface Emergency {
  readonly grant: string;
  readonly request: string;
  readonly product: string;
}

/**
 * Takes access without waiting for anybody.
 *
 * @throws {MeshgateError} `ACCESS_PRODUCT_UNKNOWN`; `INPUT_INVALID` when it is to last for more than
 *   four hours, or the product does not give what is asked for.
 */
export function breakGlass(
  pool: PostgresPool,
  wish: Omit<NewRequest, 'emergency'> & { readonly reason: string },
): Promise<AccessChange> {
  if (wish.ttlSeconds > LONGEST_EMERGENCY_SECONDS) {
    throw refuse(
      'INPUT_INVALID',
      'at most 4h: what takes longer can be requested and approved meanwhile',
    );
  }
  return inCleanTransaction(pool, (client) =>
    addRequest(client, { ...wish, emergency: true }, null),
  );
}

/**
 * Says what is thought of an emergency. Whoever finds it unjustified ends the grant, if it is still
 * in force.
 *
 * @returns With the roles that are needed, as long as the owner and another person as steward have
 *   not both been heard.
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`; `INPUT_INVALID` when it was no emergency;
 *   `ACCESS_OWN_REQUEST`, `ACCESS_NOT_DECIDER` or `ACCESS_RECORD_CLOSED` when this person may not
 *   review it, or has.
 */
export function reviewEmergency(
  pool: PostgresPool,
  requestId: string,
  verdict: Review['verdict'],
  deed: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    const request = await holdRequest(client, requestId);
    if (!request.emergency) {
      throw refuse('INPUT_INVALID', `an emergency, but ${requestId} was requested as usual`);
    }
    assertOther(deed, request);
    const roles = await findRoles(client, request, deed.actor, USUAL_ROLES);
    const added = await client.query(
      `INSERT INTO meshgate.access_review (request_id, reviewer, roles, verdict)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING reviewer`,
      [requestId, deed.actor, roles, verdict],
    );
    if (added.length === 0) {
      throw refuse(
        'ACCESS_RECORD_CLOSED',
        `one review of each person, but ${deed.actor} has given theirs`,
      );
    }
    await recordEvent(client, `found ${verdict} (${roles.join(', ')})`, requestId, null, deed);
    const grant = request.grant === null ? null : await holdGrant(client, request.grant);
    const ends = verdict === 'unjustified' && grant !== null && isInForce(grant.state);
    if (ends) await recordGrantStep(client, grant, 'revoke', deed);
    const { reviews } = await holdRequest(client, requestId);
    const needs = isApproved(USUAL_ROLES, reviews) ? [] : USUAL_ROLES;
    return toChange(client, requestId, needs, ends ? await findAccessEpoch(client) : null);
  });
}

/** Loads the emergencies whose grants are in force. */
export function loadEmergencies(pool: PostgresPool): Promise<readonly Emergency[]> {
  return pool.query<Emergency>(
    `SELECT access.id AS grant, access.request_id AS request, access.product
     FROM meshgate.access_grant AS access
       JOIN meshgate.access_request AS request ON request.id = access.request_id
     WHERE request.emergency AND access.state = 'active' AND access.ends_at > now()`,
  );
}

function refuse(code: ErrorCode, expected: string): MeshgateError {
  return new MeshgateError(code, { message: `Expected ${expected}.` });
}
