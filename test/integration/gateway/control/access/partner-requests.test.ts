import { expect, test } from 'vitest';

import type { AccessTerms } from '../../../../../gateway/control/access/access-terms.ts';
import { registerProducts } from '../../../../../gateway/control/access/access-terms-store.ts';
import {
  approveRequest,
  renewGrant,
  requestAccess,
} from '../../../../../gateway/control/access/change-requests.ts';
import { breakGlass } from '../../../../../gateway/control/access/emergencies.ts';
import { inTransaction } from '../../../../../shared/postgres/in-transaction.ts';
import { openAccessDesk } from '../../../../support/access.ts';

const PARTNER = 'https://id.partner.example';
const AGREEMENT = 'https://legal.acme.example/partner-2026';

const always = { since: null, until: null };
const SALES: AccessTerms = {
  product: 'sales',
  tenant: 'acme',
  members: [
    { name: 'ola', role: 'owner', ...always },
    { name: 'dom', role: 'domain lead', ...always },
  ],
  strictest: 'internal',
  classes: { 'Sale.sum': 'internal', 'Sale.day': 'public' },
  autoApprove: [
    { classification: 'public', sameTenant: false, sameTeam: false },
    { classification: 'internal', sameTenant: true, sameTeam: false },
  ],
  maxGrantSeconds: 3600,
  reviewAfterSeconds: 90 * 86_400,
  purposes: [],
  partnerIssuers: [],
  agreement: null,
};
/** Knows of the partner; that is enough for all. */
const OTHER: AccessTerms = { ...SALES, product: 'other', partnerIssuers: [PARTNER] };

const WISH = {
  ...{ product: 'sales', coordinates: ['Sale.sum'], issuer: PARTNER, subject: 'pat' },
  ...{ purpose: 'audit', reason: null, ttlSeconds: 3600, requestedBy: 'pat', emergency: false },
};

async function open(sales: Partial<AccessTerms> = {}, others: readonly AccessTerms[] = [OTHER]) {
  const { pool } = await openAccessDesk('desk');
  const register = (products: readonly AccessTerms[]) =>
    inTransaction(pool, (client) => registerProducts(client, products));
  await register([{ ...SALES, ...sales }, ...others]);
  return { pool, register };
}

test('a partner is refused without a legal agreement, and told what is expected', async () => {
  const { pool } = await open();

  await expect(requestAccess(pool, WISH)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('Expected an https link to the legal agreement'),
  });
  await expect(
    breakGlass(pool, { ...WISH, reason: 'outage', ttlSeconds: 60 }),
  ).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('under an agreement a partner needs the owner and the domain lead', async () => {
  const { pool } = await open();
  const asked = await requestAccess(pool, { ...WISH, agreement: AGREEMENT });
  const approve = (actor: string) =>
    approveRequest(pool, asked.request.id, { actor, reason: null });
  const half = await approve('dom');
  const whole = await approve('ola');

  expect(asked).toMatchObject({
    request: { partner: true, agreement: AGREEMENT, escalatedAt: null },
    needs: ['owner', 'domain lead'],
  });
  expect(half.grant).toBeNull();
  expect(whole.grant).toMatchObject({ state: 'active', issuer: PARTNER, subject: 'pat' });
  const renewal = await renewGrant(pool, whole.grant?.id ?? '', 60, {
    ...{ actor: 'pat', reason: null },
  });
  expect(renewal).toMatchObject({
    request: { partner: true, agreement: AGREEMENT },
    needs: ['owner', 'domain lead'],
  });
});

test('the agreement of the descriptor is written into the request', async () => {
  const { pool } = await open({ agreement: AGREEMENT });

  const { request } = await requestAccess(pool, WISH);

  expect(request).toMatchObject({ partner: true, agreement: AGREEMENT });
});

test('a partner who bears the name of a colleague is no colleague', async () => {
  const { pool } = await open({ agreement: AGREEMENT });
  const asOla = { ...WISH, subject: 'ola', requestedBy: 'ola' };

  expect(await requestAccess(pool, asOla)).toMatchObject({ grant: null });
  expect(await requestAccess(pool, { ...asOla, issuer: 'https://id.acme.example' })).toMatchObject({
    grant: { state: 'active' },
  });
});

test('what a product lets go to anybody is let go to a partner', async () => {
  const { pool } = await open();

  const { grant } = await requestAccess(pool, { ...WISH, coordinates: ['Sale.day'] });

  expect(grant).toMatchObject({ state: 'active' });
});

test('an issuer that turns out to be a partner’s needs an agreement before it is approved', async () => {
  const { pool, register } = await open({}, []);
  const { request, needs } = await requestAccess(pool, WISH);
  await register([OTHER]);

  const approved = approveRequest(pool, request.id, { actor: 'ola', reason: null });

  expect(needs).toEqual(['owner']);
  await expect(approved).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
