import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import type { GrantFacts, RequestFacts } from './access-records.ts';
import { type RequestStep, stepGrant, stepRequest } from './access-states.ts';

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
  step: 'revoke' | 'supersede',
  deed: Deed,
): Promise<void> {
  const next = stepGrant(state, step);
  if (next === null) throw refuse('a grant that is active', `${id}, which is ${state}`);
  await client.query('UPDATE meshgate.access_grant SET state = $2 WHERE id = $1', [id, next]);
  await recordEvent(client, next, request, id, deed);
}

function refuse(expected: string, given: string): MeshgateError {
  return new MeshgateError('ACCESS_RECORD_CLOSED', {
    message: `Expected ${expected}, but got ${given}.`,
  });
}
