import { expect, test } from 'vitest';

import { registerProducts } from '../../../../../gateway/control/access/access-terms-store.ts';
import { renewGrant } from '../../../../../gateway/control/access/change-requests.ts';
import { keepGrant } from '../../../../../gateway/control/access/keep-grant.ts';
import { loadGrants } from '../../../../../gateway/control/access/load-grants.ts';
import { tendRequests } from '../../../../../gateway/control/access/tend-requests.ts';
import { inTransaction } from '../../../../../shared/postgres/in-transaction.ts';
import { type AccessDesk, openAccessDesk } from '../../../../support/access.ts';

const DAY = 86_400;
const OWNER = { actor: 'ola', reason: null };

/** A product whose grants are looked at again after 30 days, and one of 100 days. */
async function openDesk() {
  const desk = await openAccessDesk('desk');
  const member = { name: 'ola', role: 'owner' as const, since: null, until: null };
  const terms = {
    ...{ product: 'desk', tenant: null, members: [member], strictest: 'internal' as const },
    ...{ classes: null, autoApprove: [], purposes: [], partnerIssuers: [], agreement: null },
    ...{ maxGrantSeconds: 365 * DAY, reviewAfterSeconds: 30 * DAY },
  };
  await inTransaction(desk.pool, (client) => registerProducts(client, [terms]));
  const { grant } = await desk.give({ ttlSeconds: 100 * DAY });
  return { ...desk, id: grant?.id ?? '', grant };
}

/** Lets time pass for all grants. */
const pass = ({ database }: AccessDesk, days: number) =>
  database.run(`
    ALTER TABLE meshgate.access_grant DISABLE TRIGGER states;
    UPDATE meshgate.access_grant SET starts_at = starts_at - interval '${days * 24} hours',
      ends_at = ends_at - interval '${days * 24} hours',
      review_at = review_at - interval '${days * 24} hours',
      lapses_at = lapses_at - interval '${days * 24} hours';
    ALTER TABLE meshgate.access_grant ENABLE TRIGGER states;`);

const daysBetween = (one?: string | null, other?: string | null) =>
  (Date.parse(other ?? '') - Date.parse(one ?? '')) / (DAY * 1000);

const inForce = async ({ pool }: AccessDesk) => (await loadGrants(pool)).map(({ id }) => id);

const stateOf = async ({ pool }: AccessDesk, id: string) => {
  const rows = await pool.query('SELECT state FROM meshgate.access_grant WHERE id = $1', [id]);
  return (rows[0] as { state: string } | undefined)?.state;
};

test('a grant that lasts longer than the time between reviews has one, and no other has', async () => {
  const desk = await openDesk();
  const short = await desk.give({ ttlSeconds: 30 * DAY });

  expect(daysBetween(desk.grant?.startsAt, desk.grant?.reviewAt)).toBe(30);
  expect(daysBetween(desk.grant?.reviewAt, desk.grant?.lapsesAt)).toBe(14);
  expect(short.grant).toMatchObject({ reviewAt: null, lapsesAt: null });
});

test('a grant whose review is due stays in force, and is told once', async () => {
  const desk = await openDesk();
  const before = await tendRequests(desk.pool, null);
  await pass(desk, 31);

  const told = [await tendRequests(desk.pool, null), await tendRequests(desk.pool, null)];

  expect([before, ...told].map(({ notices }) => notices)).toEqual([
    [],
    [{ step: 'review due', request: desk.grant?.request, product: 'desk' }],
    [],
  ]);
  expect(await stateOf(desk, desk.id)).toBe('review_due');
  expect(await inForce(desk)).toEqual([desk.id]);
});

test('a grant that is kept goes on until its next review, and then until its end', async () => {
  const desk = await openDesk();
  await pass(desk, 31);

  const first = await keepGrant(desk.pool, desk.id, OWNER);
  await pass(desk, 35);
  const second = await keepGrant(desk.pool, desk.id, OWNER);
  await pass(desk, 31);
  const third = await keepGrant(desk.pool, desk.id, OWNER);

  expect(first.grant).toMatchObject({ state: 'active' });
  expect(daysBetween(first.grant?.startsAt, first.grant?.reviewAt)).toBeCloseTo(61, 2);
  expect(first.epoch).toMatch(/^\d+$/);
  expect(second.grant?.reviewAt).not.toBeNull();
  expect(third.grant).toMatchObject({ state: 'active', reviewAt: null, lapsesAt: null });
  expect(await inForce(desk)).toEqual([desk.id]);
});

test('a grant that nobody keeps is over by the clock, and is recorded as lapsed', async () => {
  const desk = await openDesk();
  await pass(desk, 31);
  await tendRequests(desk.pool, null);
  await pass(desk, 14);

  expect(await stateOf(desk, desk.id)).toBe('review_due');
  expect(await inForce(desk)).toEqual([]);
  expect((await tendRequests(desk.pool, null)).notices).toEqual([
    { step: 'lapsed', request: desk.grant?.request, product: 'desk' },
  ]);
  expect(await stateOf(desk, desk.id)).toBe('expired');
  await expect(keepGrant(desk.pool, desk.id, OWNER)).rejects.toMatchObject({
    code: 'ACCESS_RECORD_CLOSED',
  });
});

test('a gateway holds a grant until it lapses, not until its own end', async () => {
  const desk = await openDesk();

  const [held] = await loadGrants(desk.pool);

  expect(new Date(held?.endsAtMs ?? 0).toISOString().slice(0, 19)).toBe(
    desk.grant?.lapsesAt?.slice(0, 19),
  );
});

test('a grant is kept by somebody who decides, once its review is due', async () => {
  const desk = await openDesk();
  const keep = (actor: string) => keepGrant(desk.pool, desk.id, { actor, reason: null });

  await expect(keep('ola')).rejects.toMatchObject({ code: 'ACCESS_RECORD_CLOSED' });
  await pass(desk, 31);
  await expect(keep('ada')).rejects.toMatchObject({ code: 'ACCESS_OWN_REQUEST' });
  await expect(keep('eve')).rejects.toMatchObject({ code: 'ACCESS_NOT_DECIDER' });
  await expect(keep('ola')).resolves.toMatchObject({ grant: { state: 'active' } });
});

test('a grant whose review is due is renewed or revoked like any other', async () => {
  const desk = await openDesk();
  await pass(desk, 31);
  await tendRequests(desk.pool, null);

  const renewal = await renewGrant(desk.pool, desk.id, DAY, { actor: 'ada', reason: null });
  const { grant } = await desk.revoke(desk.id);

  expect(renewal.request).toMatchObject({ renews: desk.id, state: 'requested' });
  expect(grant?.state).toBe('revoked');
});

test.each([
  "SET review_at = review_at - interval '1 day'",
  "SET review_at = NULL, lapses_at = NULL, purpose = 'other'",
  "SET lapses_at = lapses_at - interval '1 day'",
])('the database moves a review further away, and nothing else: %s', async (change) => {
  const desk = await openDesk();

  await expect(desk.database.run(`UPDATE meshgate.access_grant ${change}`)).rejects.toThrow(
    /history/,
  );
});
