/**
 * On what terms a data product gives access: the facts of its descriptor and contract that have to
 * be known to decide who may have it, as they are kept beside the requests.
 *
 * @module
 */
import { z } from 'zod';

/** From the least to the most protected. */
export const CLASSIFICATIONS = ['public', 'internal', 'restricted', 'personal'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

/** Those of a product's team who decide about access; the domain lead where a request asks for that. */
export const APPROVER_ROLES = ['owner', 'steward', 'domain lead'] as const;
export type ApproverRole = (typeof APPROVER_ROLES)[number];

/** Those who decide about every request, and review emergencies. */
export const USUAL_ROLES = ['owner', 'steward'] as const satisfies readonly ApproverRole[];

const classification = z.enum(CLASSIFICATIONS);
const day = z.iso.date();

const member = z.strictObject({
  name: z.string().min(1),
  role: z.enum([...APPROVER_ROLES, 'engineer']),
  /** First and last day in the team; null for no bound. */
  since: day.nullable(),
  until: day.nullable(),
});

/**
 * Requests for data of a class, of anybody, of those who are in a team of the same tenant, or of the
 * product's own team alone.
 */
export const autoApproval = z
  .strictObject({
    classification,
    sameTenant: z.boolean().default(false),
    sameTeam: z.boolean().default(false),
  })
  .refine((rule) => rule.sameTeam || !isClassified(rule.classification), {
    error: 'public or internal, or sameTeam: true',
    path: ['classification'],
  });

/** A link to a legal agreement. */
export const agreementUrl = z.url({ protocol: /^https$/ }).max(2000);

export const accessTermsSchema = z.strictObject({
  /** Name of the product, which is that of its subgraph. */
  product: z.string().min(1),
  tenant: z.string().nullable(),
  members: z.array(member),
  /** The strictest class of anything in the product. */
  strictest: classification,
  /** By coordinate, of the types and fields that it protects; null when these are not known. */
  classes: z.record(z.string(), classification).nullable(),
  /** Which requests nobody has to look at; classified data is for the product's own team only. */
  autoApprove: z.array(autoApproval),
  maxGrantSeconds: z.int().positive(),
  /** How long a grant lasts before somebody has to look at it again. */
  reviewAfterSeconds: z
    .int()
    .positive()
    .default(90 * 86_400),
  /** What access may be asked for; empty for anything. */
  purposes: z.array(z.string()),
  /** Issuers of the tokens of callers outside; what one product says of them holds for all. */
  partnerIssuers: z.array(z.string().min(1)).default([]),
  /** Under what they may use its data; null where each request has to say it. */
  agreement: agreementUrl.nullable().default(null),
});

export type AccessTerms = Readonly<z.output<typeof accessTermsSchema>>;
export type TeamMember = AccessTerms['members'][number];

/** @returns The stricter of two classes. */
export function stricterOf(one: Classification, other: Classification): Classification {
  return CLASSIFICATIONS.indexOf(one) >= CLASSIFICATIONS.indexOf(other) ? one : other;
}

/** @returns The strictest of some classes; `public` of none. */
export function strictestOf(classes: readonly Classification[]): Classification {
  return classes.reduce(stricterOf, 'public');
}

/** @returns Whether governance rules speak of data of a class. */
export function isClassified(classification: Classification): boolean {
  return classification === 'restricted' || classification === 'personal';
}
