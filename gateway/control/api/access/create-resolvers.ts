import type { ProductResolvers } from '../../../../shared/kit/define-product.ts';
import { scalars } from '../../../../shared/kit/scalars.ts';
import type { GrantFacts, RequestFacts } from '../../access/access-records.ts';
import type { ApiDesk, ApiLoaders } from './api-desk.ts';
import { createChangeResolvers } from './create-change-resolvers.ts';
import { createRecordResolvers } from './create-record-resolvers.ts';

/** Creates what answers every field of `schema.graphql` that is not simply a part of its record. */
export function createResolvers(desk: ApiDesk): ProductResolvers<ApiLoaders> {
  return {
    ...scalars,
    AccessClassification: {
      PUBLIC: 'public',
      INTERNAL: 'internal',
      RESTRICTED: 'restricted',
      PERSONAL: 'personal',
    },
    AccessLevel: { FULL: 'full', MASKED: 'masked' },
    ApproverRole: { OWNER: 'owner', STEWARD: 'steward', DOMAIN_LEAD: 'domain lead' },
    AccessRequestState: {
      REQUESTED: 'requested',
      APPROVED: 'approved',
      DENIED: 'denied',
      WITHDRAWN: 'withdrawn',
      EXPIRED: 'expired',
    },
    AccessGrantState: {
      ACTIVE: 'active',
      REVIEW_DUE: 'review_due',
      REVOKED: 'revoked',
      EXPIRED: 'expired',
      SUPERSEDED: 'superseded',
    },
    EmergencyVerdict: { JUSTIFIED: 'justified', UNJUSTIFIED: 'unjustified' },
    Query: createRecordResolvers(desk),
    Mutation: createChangeResolvers(desk),
    // Who sees a request sees what came of it.
    AccessRequest: {
      grant: ({ grant }: RequestFacts, _: unknown, { loaders }) =>
        grant === null ? null : loaders.grantById.load(grant),
    },
    AccessGrant: { requestId: ({ request }: GrantFacts) => request },
  };
}
