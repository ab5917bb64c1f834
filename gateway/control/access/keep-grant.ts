/**
 * Grants that last long: each is looked at again in between, by one of those who decide, and ends
 * when nobody keeps it. Gateways go by the clock alone.
 *
 * @module
 */
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { holdGrant, holdRequest } from './access-records.ts';
import { stepGrant } from './access-states.ts';
import { findProduct, listAccessTerms } from './access-terms-store.ts';
import { assertOther, inCleanTransaction, type PersonalDeed } from './change-requests.ts';
import { findRoles } from './find-roles.ts';
import { recordEvent } from './record-step.ts';
import { LAPSE_SECONDS, recordReviewDue } from './record-time.ts';
import { type AccessChange, findAccessEpoch, toChange } from './settle-request.ts';

/**
 * Keeps a grant whose review is due, until the next review or its end. It gets no longer by that, so
 * one of those who decide is enough.
 *
 * @throws {MeshgateError} `ACCESS_RECORD_UNKNOWN`; `ACCESS_RECORD_CLOSED` when no review is due;
 *   `ACCESS_OWN_REQUEST` or `ACCESS_NOT_DECIDER` when this person may not keep it.
 */
export function keepGrant(
  pool: PostgresPool,
  grantId: string,
  deed: PersonalDeed,
): Promise<AccessChange> {
  return inCleanTransaction(pool, async (client) => {
    await holdGrant(client, grantId);
    await recordReviewDue(client, grantId);
    const grant = await holdGrant(client, grantId);
    const request = await holdRequest(client, grant.request);
    assertOther(deed, request);
    const roles = await findRoles(client, request, deed.actor);
    const next = stepGrant(grant.state, 'keep');
    if (next === null) {
      throw new MeshgateError('ACCESS_RECORD_CLOSED', {
        message: `Expected a grant whose review is due, but ${grantId} is ${grant.state}.`,
      });
    }
    await moveReview(client, grantId, await findReviewSeconds(client, grant.product), next);
    await recordEvent(client, `kept (${roles.join(', ')})`, request.id, grantId, deed);
    return toChange(client, request.id, [], await findAccessEpoch(client));
  });
}

async function findReviewSeconds(client: TransactionClient, product: string): Promise<number> {
  return findProduct(await listAccessTerms(client), product).reviewAfterSeconds;
}

/** There is no other review where the grant ends by itself before. */
async function moveReview(
  client: TransactionClient,
  grantId: string,
  seconds: number,
  state: string,
): Promise<void> {
  await client.query(
    `UPDATE meshgate.access_grant SET state = $2,
       review_at = CASE WHEN next.at < ends_at THEN next.at END,
       lapses_at = CASE WHEN next.at < ends_at THEN next.at + make_interval(secs => $4) END
     FROM (SELECT now() + make_interval(secs => $3) AS at) AS next WHERE id = $1`,
    [grantId, state, seconds, LAPSE_SECONDS],
  );
}
