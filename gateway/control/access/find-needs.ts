import type { RequestFacts } from './access-records.ts';
import type { AccessTerms, ApproverRole } from './access-terms.ts';
import { findAgreementProblem, isPartner, rolesThatApprove } from './approval-rules.ts';
import { assessRequest } from './assess-request.ts';

/** The roles in which a request has to be approved, or why its product does not give it any more. */
export type Needs =
  | { readonly ok: true; readonly roles: readonly ApproverRole[] }
  | { readonly ok: false; readonly message: string };

/**
 * Finds what a request needs, by what is known of the product now and not when it was asked.
 *
 * @param neighbours All products that are known.
 */
export function findNeeds(
  request: RequestFacts,
  terms: AccessTerms,
  neighbours: readonly AccessTerms[],
): Needs {
  const { fields: coordinates, purpose, ttlSeconds, level } = request;
  const assessed = assessRequest({ coordinates, purpose, ttlSeconds, level }, terms);
  if (!assessed.ok) return assessed;
  const partner = request.partner || isPartner(request.issuer, neighbours);
  const problem = findAgreementProblem(partner, request.agreement, terms);
  if (problem !== null) return { ok: false, message: problem };
  return { ok: true, roles: rolesThatApprove(assessed.classes, level, partner) };
}
