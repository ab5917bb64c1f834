/**
 * Who decides about access, as a set of rules without any state.
 *
 * 1. Data that a product lets go (`autoApprove`; classified data to its own team only): nobody.
 * 2. Other public and internal data: the product's owner.
 * 3. Restricted and personal data: its owner and its steward, two different people.
 * 4. Personal data in masked form: its owner.
 * 5. Whatever somebody has to look at, for a caller of a partner: the domain lead besides, and only
 *    under a legal agreement.
 *
 * Nobody decides about their own request, whether they made it or it is for them. A request that has
 * escalated may have the word of the domain lead in the place of one of the others.
 *
 * @module
 */
import type { AccessLevel } from '../../policy/grants/grant.ts';
import {
  type AccessTerms,
  APPROVER_ROLES,
  type ApproverRole,
  type Classification,
  USUAL_ROLES,
} from './access-terms.ts';

/** Who asked, and for whom. */
export interface RequestParties {
  readonly requestedBy: string;
  /** The caller who is to have access. */
  readonly subject: string;
}

/** That somebody has agreed, and as what. */
export interface Approval {
  readonly approver: string;
  readonly roles: readonly ApproverRole[];
}

/** Names differ neither by case nor by the way in which accents are written. */
function isSamePerson(one: string, other: string): boolean {
  return toPersonKey(one) === toPersonKey(other);
}

function toPersonKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/**
 * Tells whether a caller is one of a partner.
 *
 * @param neighbours All products that are known.
 */
export function isPartner(issuer: string, neighbours: readonly AccessTerms[]): boolean {
  return neighbours.some(({ partnerIssuers }) => partnerIssuers.includes(issuer));
}

/** Finds what is missing of an agreement with a partner, as a sentence; null for nothing. */
export function findAgreementProblem(
  partner: boolean,
  agreement: string | null,
  terms: Pick<AccessTerms, 'product' | 'agreement'>,
): string | null {
  if (!partner || agreement !== null || terms.agreement !== null) return null;
  return `Expected an https link to the legal agreement under which a partner may use data of ${terms.product}, in the request or as an authoritative definition of the type legalAgreement in its descriptor, but got none.`;
}

/**
 * @param classes All of what is asked for.
 * @param partner Whether it is for a caller of a partner.
 * @returns In which roles it has to be approved.
 */
export function rolesThatApprove(
  classes: readonly Classification[],
  level: AccessLevel,
  partner = false,
): readonly ApproverRole[] {
  const needsBoth = (one: Classification) =>
    one === 'restricted' || (one === 'personal' && level === 'full');
  const usual: readonly ApproverRole[] = classes.some(needsBoth) ? USUAL_ROLES : ['owner'];
  return partner ? [...usual, 'domain lead'] : usual;
}

/**
 * Finds the roles in which somebody is in the team of a product, of those that decide.
 *
 * @param today A date such as 2026-01-10, in UTC.
 */
export function rolesOf(
  person: string,
  { members }: Pick<AccessTerms, 'members'>,
  today: string,
): readonly ApproverRole[] {
  const held = members.filter(
    ({ name, since, until }) => isSamePerson(name, person) && isWithin(today, since, until),
  );
  return APPROVER_ROLES.filter((role) => held.some((member) => member.role === role));
}

/** Tells the roles that may answer a request. @param escalatedAt Null where it has not. */
export function rolesThatMayAnswer({
  escalatedAt,
  partner,
}: {
  readonly escalatedAt: string | null;
  readonly partner: boolean;
}): readonly ApproverRole[] {
  return partner || escalatedAt !== null ? APPROVER_ROLES : USUAL_ROLES;
}

/**
 * Tells whether everybody who has to has agreed. Each person stands for one role, so that one who
 * is owner and steward cannot decide alone.
 *
 * @param hasEscalated Whether a domain lead may stand for any role.
 */
export function isApproved(
  needed: readonly ApproverRole[],
  approvals: readonly Approval[],
  hasEscalated = false,
): boolean {
  const [role, ...others] = needed;
  if (role === undefined) return true;
  return approvals
    .filter(({ roles }) => roles.includes(role) || (hasEscalated && roles.includes('domain lead')))
    .some(({ approver }) =>
      isApproved(
        others,
        approvals.filter((approval) => !isSamePerson(approval.approver, approver)),
        hasEscalated,
      ),
    );
}

/**
 * Tells whether those who are in the team today, and are no parties, could complete the approvals of
 * a request without anybody standing in for them. Who has left the team cannot.
 *
 * @param today A date such as 2026-01-10, in UTC.
 */
export function canBeAnswered(
  needed: readonly ApproverRole[],
  { members }: Pick<AccessTerms, 'members'>,
  request: RequestParties & { readonly approvals: readonly Approval[] },
  today: string,
): boolean {
  const able = members
    .filter(({ name }) => !isParty(name, request))
    .map(({ name }) => ({ approver: name, roles: rolesOf(name, { members }, today) }));
  return isApproved(needed, [...request.approvals, ...able]);
}

/** Tells whether somebody would decide about their own request. */
export function isParty(person: string, { requestedBy, subject }: RequestParties): boolean {
  return isSamePerson(person, requestedBy) || isSamePerson(person, subject);
}

/**
 * Tells whether nobody has to look at a request.
 *
 * @param neighbours All products that are known; a subject who is in a team of one of them belongs
 *   to its tenant. None for a caller whom descriptors do not mean.
 * @param today A date such as 2026-01-10, in UTC.
 */
export function isAutoApproved(
  classification: Classification,
  subject: string,
  { product, autoApprove, tenant }: AccessTerms,
  neighbours: readonly AccessTerms[],
  today: string,
): boolean {
  const teams = neighbours.filter((one) => isInTeam(subject, one, today));
  const isOfTenant = tenant !== null && teams.some((one) => one.tenant === tenant);
  const isOfTeam = teams.some((one) => one.product === product);
  return autoApprove
    .filter((rule) => rule.classification === classification)
    .some(({ sameTenant, sameTeam }) => (!sameTenant || isOfTenant) && (!sameTeam || isOfTeam));
}

/** Tells whether somebody is in the team of a product, in whatever role. */
export function isInTeam(
  person: string,
  { members }: Pick<AccessTerms, 'members'>,
  today: string,
): boolean {
  return members.some(
    ({ name, since, until }) => isSamePerson(name, person) && isWithin(today, since, until),
  );
}

/** Dates of one form compare as texts; the last day counts. */
function isWithin(today: string, since: string | null, until: string | null): boolean {
  return (since === null || since <= today) && (until === null || today <= until);
}
