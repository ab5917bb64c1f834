import { ERROR_CATALOG, type ErrorCode } from '../../../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import type { PostgresPool } from '../../../../shared/postgres/create-pool.ts';
import type { GrantFacts, RequestFacts } from '../../access/access-records.ts';
import type { ApproverRole } from '../../access/access-terms.ts';
import { awaitApplied } from '../../access/await-applied.ts';
import type { AccessChange } from '../../access/settle-request.ts';

/** What a change answers. */
export interface AccessPayload {
  readonly request: RequestFacts | null;
  readonly grant: GrantFacts | null;
  readonly needs: readonly ApproverRole[];
  readonly enforcement: {
    readonly state: 'APPLIED' | 'PENDING';
    readonly applied: number;
    readonly gateways: number;
  } | null;
  readonly problem: { readonly code: ErrorCode; readonly message: string } | null;
}

/** How long a change waits for the gateways: well below what these wait for a subgraph. */
const ENFORCEMENT_WAIT_MS = 2000;

/** What the caller is told as a value; everything else is an error. */
const PROBLEMS: ReadonlySet<ErrorCode> = new Set([
  'ACCESS_RECORD_UNKNOWN',
  'ACCESS_RECORD_CLOSED',
  'ACCESS_NOT_DECIDER',
  'ACCESS_OWN_REQUEST',
  'ACCESS_EMERGENCY_REFUSED',
  'ACCESS_PRODUCT_UNKNOWN',
  'INPUT_INVALID',
]);

/**
 * Makes a change and waits a moment for the gateways to enforce it; what stands in its way becomes
 * part of the answer.
 */
export async function toPayload(
  pool: PostgresPool,
  change: () => Promise<AccessChange>,
): Promise<AccessPayload> {
  try {
    const { request, grant, needs, epoch } = await change();
    const enforcement = epoch === null ? null : await findEnforcement(pool, epoch);
    return { request, grant, needs, enforcement, problem: null };
  } catch (error) {
    if (!(error instanceof MeshgateError && PROBLEMS.has(error.code))) throw error;
    const problem = { code: error.code, message: toMessage(error) };
    return { request: null, grant: null, needs: [], enforcement: null, problem };
  }
}

async function findEnforcement(
  pool: PostgresPool,
  epoch: string,
): Promise<AccessPayload['enforcement']> {
  const found = await awaitApplied(pool, epoch, ENFORCEMENT_WAIT_MS, () => performance.now());
  const state = found.waitingFor.length === 0 ? 'APPLIED' : 'PENDING';
  return { state, applied: found.applied, gateways: found.of };
}

/** Messages of the rules name deciders and products to administrators; a caller is told no names. */
function toMessage({ code, message }: MeshgateError): string {
  return code === 'INPUT_INVALID' ? message : ERROR_CATALOG[code].summary;
}
