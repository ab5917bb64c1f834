import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import type { Caller } from '../../../../shared/kit/caller.ts';
import type { TransactionClient } from '../../../../shared/postgres/in-transaction.ts';
import type { GrantFacts, RequestFacts } from '../../access/access-records.ts';
import { isInTeam, rolesOf } from '../../access/approval-rules.ts';
import type { ApproverRole, Governance } from '../../access/governance.ts';
import { listGovernance } from '../../access/governance-store.ts';
import type { Holder } from '../../access/page-records.ts';

/** Who asks, as the rules about access need to know them. */
export interface ApiCaller extends Holder {
  /**
   * The name in the history and in the rules: the subject of those whose issuer is that of the people
   * in descriptors, and for all others one that no descriptor can hold.
   */
  readonly name: string;
  /** Whether descriptors may mean this caller. */
  readonly isTeamIssuer: boolean;
}

/**
 * Reads who asks from what the gateway has signed.
 *
 * @param teamIssuer Issuer of the people in descriptors.
 * @throws {MeshgateError} `AUTHENTICATION_REQUIRED` when the subject or its issuer is not known.
 */
export function toApiCaller({ subject, issuer }: Caller, teamIssuer: string): ApiCaller {
  if (subject === null || issuer === undefined) {
    throw new MeshgateError('AUTHENTICATION_REQUIRED');
  }
  const isTeamIssuer = issuer === teamIssuer;
  return { issuer, subject, isTeamIssuer, name: isTeamIssuer ? subject : `${subject} (${issuer})` };
}

/** Finds the roles in which a caller decides about each product; products without any are left out. */
export async function findRolesByProduct(
  client: TransactionClient,
  caller: ApiCaller,
): Promise<ReadonlyMap<string, readonly ApproverRole[]>> {
  const products = await listGovernance(client);
  const today = await findDay(client);
  return new Map(
    products
      .map((governance) => [governance.product, rolesIn(governance, caller, today)] as const)
      .filter(([, roles]) => roles.length > 0),
  );
}

/** Tells whether a caller is in the team of any data product. */
export async function isInSomeTeam(client: TransactionClient, caller: ApiCaller): Promise<boolean> {
  if (!caller.isTeamIssuer) return false;
  const [products, today] = [await listGovernance(client), await findDay(client)];
  return products.some((governance) => isInTeam(caller.name, governance, today));
}

/** Tells whether a request or a grant is for a caller. */
export function isFor(caller: ApiCaller, record: RequestFacts | GrantFacts): boolean {
  return record.issuer === caller.issuer && record.subject === caller.subject;
}

/** Tells whether a caller has made a request, for whomever. */
export function hasAsked(caller: ApiCaller, { requestedBy }: RequestFacts): boolean {
  return requestedBy === caller.name;
}

function rolesIn(governance: Governance, caller: ApiCaller, today: string) {
  return caller.isTeamIssuer ? rolesOf(caller.name, governance, today) : [];
}

/** The day by the clock of the database, in UTC. */
async function findDay(client: TransactionClient): Promise<string> {
  const [row] = await client.query<{ today: string }>(
    "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS today",
  );
  return row?.today ?? '';
}
