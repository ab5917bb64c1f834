import { expect, test } from 'vitest';

import { registerProducts } from '../../../../../gateway/control/access/access-terms-store.ts';
import {
  approveRequest,
  denyRequest,
  requestAccess,
} from '../../../../../gateway/control/access/change-requests.ts';
import { recordLapses } from '../../../../../gateway/control/access/record-time.ts';
import { tendRequests } from '../../../../../gateway/control/access/tend-requests.ts';
import { inTransaction } from '../../../../../shared/postgres/in-transaction.ts';
import { type AccessDesk, openAccessDesk } from '../../../../support/access.ts';

const always = { since: null, until: null };
const DESK = {
  product: 'desk',
  tenant: null,
  members: [
    { name: 'ola', role: 'owner' as const, ...always },
    { name: 'dom', role: 'domain lead' as const, ...always },
  ],
  strictest: 'internal' as const,
  classes: null,
  autoApprove: [],
  maxGrantSeconds: 3600,
  reviewAfterSeconds: 90 * 86_400,
  purposes: [],
  partnerIssuers: [],
  agreement: null,
};
const WISH = {
  ...{ product: 'desk', coordinates: null, issuer: 'https://id.example', subject: 'ada' },
  ...{ purpose: 'analytics', reason: null, ttlSeconds: 3600, requestedBy: 'ada', emergency: false },
};

async function openDesk(terms: Partial<typeof DESK> = {}) {
  const desk = await openAccessDesk('desk');
  await register(desk, terms);
  return desk;
}

const register = ({ pool }: AccessDesk, terms: Partial<typeof DESK>) =>
  inTransaction(pool, (client) => registerProducts(client, [{ ...DESK, ...terms }]));

/** A request that was made some hours ago. */
async function ask(desk: AccessDesk, hours: number): Promise<string> {
  const { request } = await requestAccess(desk.pool, WISH);
  await desk.database.run(`
    ALTER TABLE meshgate.access_request DISABLE TRIGGER states;
    UPDATE meshgate.access_request SET created_at = created_at - interval '${hours} hours',
      answer_until = answer_until - interval '${hours} hours' WHERE id = '${request.id}';
    ALTER TABLE meshgate.access_request ENABLE TRIGGER states;`);
  return request.id;
}

const actionsOf = async ({ pool }: AccessDesk, id: string) => {
  const rows = await pool.query<{ action: string }>(
    'SELECT action FROM meshgate.access_event WHERE request_id = $1 ORDER BY id',
    [id],
  );
  return rows.map(({ action }) => action);
};

test.each([
  [23, []],
  [25, ['reminded']],
  [71, ['reminded']],
  [73, ['reminded', 'escalated']],
  [14 * 24 + 1, ['unanswered']],
])('after %d hours a request that nobody answers was %j, each once', async (hours, steps) => {
  const desk = await openDesk();
  const id = await ask(desk, hours);

  const told = [await tendRequests(desk.pool, null), await tendRequests(desk.pool, null)];

  expect(told.map(({ notices }) => notices)).toEqual([
    steps.map((step) => ({ step, request: id, product: 'desk' })),
    [],
  ]);
  expect(await actionsOf(desk, id)).toEqual(['requested', ...steps]);
});

test('of several gateways that look at once, one tells each step', async () => {
  const desk = await openDesk();
  const ids = [await ask(desk, 80), await ask(desk, 80), await ask(desk, 30)];

  const told = await Promise.all(Array.from({ length: 8 }, () => tendRequests(desk.pool, null)));

  const notices = told.flatMap((one) => one.notices);
  expect(notices.map(({ step, request }) => `${step} ${ids.indexOf(request)}`).toSorted()).toEqual([
    'escalated 0',
    'escalated 1',
    'reminded 0',
    'reminded 1',
    'reminded 2',
  ]);
});

test('what somebody else has recorded is told as well, once', async () => {
  const desk = await openDesk();
  const id = await ask(desk, 14 * 24 + 1);
  await inTransaction(desk.pool, recordLapses);

  const told = [await tendRequests(desk.pool, null), await tendRequests(desk.pool, null)];

  expect(told.map(({ notices }) => notices)).toEqual([
    [{ step: 'unanswered', request: id, product: 'desk' }],
    [],
  ]);
});

test('a look that changes no grant is no news for gateways', async () => {
  const desk = await openDesk();
  await desk.give();
  const findEpoch = () =>
    desk.pool.query("SELECT epoch FROM meshgate.change WHERE topic = 'access'");
  const before = await findEpoch();

  await tendRequests(desk.pool, null);

  expect(await findEpoch()).toEqual(before);
});

test('the database takes no step of a request twice', async () => {
  const desk = await openDesk();
  const id = await ask(desk, 30);
  await tendRequests(desk.pool, null);

  const again = desk.pool.query(
    "INSERT INTO meshgate.access_event (action, request_id) VALUES ('reminded', $1)",
    [id],
  );

  await expect(again).rejects.toThrow();
});

test('a request that was answered is left alone', async () => {
  const desk = await openDesk();
  const id = await ask(desk, 80);
  await denyRequest(desk.pool, id, { actor: 'ola', reason: 'no' });

  expect((await tendRequests(desk.pool, null)).notices).toEqual([]);
});

test('the domain lead answers a request once it has escalated', async () => {
  const desk = await openDesk();
  const id = await ask(desk, 80);
  const approve = () => approveRequest(desk.pool, id, { actor: 'dom', reason: null });

  await expect(approve()).rejects.toMatchObject({
    code: 'ACCESS_NOT_DECIDER',
    message: 'Expected an owner or steward of desk, which are ola (owner), but got dom.',
  });
  await tendRequests(desk.pool, null);
  const { request, grant } = await approve();

  expect(request.approvals).toEqual([{ approver: 'dom', roles: ['domain lead'] }]);
  expect(grant).toMatchObject({ state: 'active', subject: 'ada' });
});

test('a request that only its owner could approve, who has asked, escalates at once', async () => {
  const desk = await openDesk();

  const { request, needs } = await requestAccess(desk.pool, { ...WISH, requestedBy: 'ola' });

  expect(needs).toEqual(['owner']);
  expect(request.escalatedAt).not.toBeNull();
  expect((await tendRequests(desk.pool, null)).notices).toEqual([
    { step: 'escalated', request: request.id, product: 'desk' },
  ]);
  expect((await tendRequests(desk.pool, null)).notices).toEqual([]);
  expect(await actionsOf(desk, request.id)).toEqual(['requested', 'escalated']);
});

test('a request whose owner has left the team meanwhile escalates with the next look', async () => {
  const desk = await openDesk();
  const id = await ask(desk, 0);
  expect((await tendRequests(desk.pool, null)).notices).toEqual([]);

  const gone = DESK.members.map((one) =>
    one.role === 'owner' ? { ...one, until: '2026-01-01' } : one,
  );
  await register(desk, { members: gone as typeof DESK.members });

  expect(await tendRequests(desk.pool, null)).toEqual({
    notices: [{ step: 'escalated', request: id, product: 'desk' }],
    after: null,
  });
});

test('more requests than one look takes are taken by the next', async () => {
  const desk = await openDesk();
  await desk.database.run(`
    INSERT INTO meshgate.access_request (id, product, classification, issuer, subject, purpose,
      ttl_seconds, requested_by, created_at, answer_until)
    SELECT 'r-' || lpad(to_hex(n), 12, '0'), 'desk', 'internal', 'i', 'ada', 'p', 60, 'ola',
      now() - interval '30 hours', now() + interval '1 day' FROM generate_series(1, 450) AS n`);

  const counts: number[] = [];
  let after: string | null = null;
  do {
    const tended = await tendRequests(desk.pool, after);
    counts.push(tended.notices.length);
    after = tended.after;
  } while (after !== null);

  // As many reminders as escalations, because who owns the product is who has asked.
  expect(counts).toEqual([400, 400, 100]);
});
