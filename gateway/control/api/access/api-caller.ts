import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import type { Caller } from '../../../../shared/kit/caller.ts';
import type { TransactionClient } from '../../../../shared/postgres/in-transaction.ts';
import type { GrantFacts, RequestFacts } from '../../access/access-records.ts';
import type { AccessTerms, ApproverRole } from '../../access/access-terms.ts';
import { listAccessTerms } from '../../access/access-terms-store.ts';
import { isInTeam, rolesOf, rolesThatMayAnswer } from '../../access/approval-rules.ts';
import { findToday } from '../../access/find-today.ts';
import type { DecidedProducts, Holder } from '../../access/page-records.ts';

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
  const products = await listAccessTerms(client);
  const today = await findToday(client);
  return new Map(
    products
      .map((terms) => [terms.product, rolesIn(terms, caller, today)] as const)
      .filter(([, roles]) => roles.length > 0),
  );
}

/** Finds the products about which a caller decides as owner or steward, and those as domain lead. */
export async function findDecidedProducts(
  client: TransactionClient,
  caller: ApiCaller,
): Promise<DecidedProducts> {
  const found = [...(await findRolesByProduct(client, caller))];
  const isUsual = (role: ApproverRole) => role !== 'domain lead';
  return {
    products: found.filter(([, roles]) => roles.some(isUsual)).map(([product]) => product),
    led: found.filter(([, roles]) => roles.includes('domain lead')).map(([product]) => product),
  };
}

/** Tells whether a caller decides about a request, or the grant that came of it. */
export async function mayAnswer(
  client: TransactionClient,
  caller: ApiCaller,
  request: RequestFacts,
): Promise<boolean> {
  const roles = (await findRolesByProduct(client, caller)).get(request.product) ?? [];
  return rolesThatMayAnswer(request).some((role) => roles.includes(role));
}

/** Tells whether a caller is in the team of any data product. */
export async function isInSomeTeam(client: TransactionClient, caller: ApiCaller): Promise<boolean> {
  if (!caller.isTeamIssuer) return false;
  const [products, today] = [await listAccessTerms(client), await findToday(client)];
  return products.some((terms) => isInTeam(caller.name, terms, today));
}

/** Tells whether a request or a grant is for a caller. */
export function isFor(caller: ApiCaller, record: RequestFacts | GrantFacts): boolean {
  return record.issuer === caller.issuer && record.subject === caller.subject;
}

/** Tells whether a caller has made a request, for whomever. */
export function hasAsked(caller: ApiCaller, { requestedBy }: RequestFacts): boolean {
  return requestedBy === caller.name;
}

function rolesIn(terms: AccessTerms, caller: ApiCaller, today: string) {
  return caller.isTeamIssuer ? rolesOf(caller.name, terms, today) : [];
}
