import type { AccessTerms } from '../../gateway/control/access/access-terms.ts';

/** Everything that can be granted is personal, as it is and masked; the name of the product is to be given. */
export const PERSONAL_TERMS: AccessTerms = {
  product: '',
  tenant: null,
  members: [
    { name: 'ola', role: 'owner', since: null, until: null },
    { name: 'sam', role: 'steward', since: null, until: null },
  ],
  strictest: 'personal',
  classes: null,
  autoApprove: [],
  maxGrantSeconds: 86_400,
  reviewAfterSeconds: 90 * 86_400,
  purposes: [],
  partnerIssuers: [],
  agreement: null,
};
