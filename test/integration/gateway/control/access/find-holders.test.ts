import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import { registerProducts } from '../../../../../gateway/control/access/access-terms-store.ts';
import { findHolders } from '../../../../../gateway/control/access/find-holders.ts';
import { inTransaction } from '../../../../../shared/postgres/in-transaction.ts';
import { type AccessDesk, openAccessDesk } from '../../../../support/access.ts';

const DAY = 86_400;

async function openDesk() {
  const desk = await openAccessDesk('desk', 'shelf');
  const member = { name: 'ola', role: 'owner' as const, since: null, until: null };
  const terms = {
    ...{ product: 'desk', tenant: null, members: [member], strictest: 'personal' as const },
    ...{ autoApprove: [], purposes: [], partnerIssuers: [], agreement: null },
    classes: { 'Person.email': 'personal' as const, 'Person.team': 'internal' as const },
    ...{ maxGrantSeconds: 365 * DAY, reviewAfterSeconds: 365 * DAY },
  };
  await inTransaction(desk.pool, (client) => registerProducts(client, [terms]));
  return desk;
}

/** A grant that was given some days ago; masked, so that the owner's word is enough. */
async function give(desk: AccessDesk, subject: string, coordinates: string[] | null, days = 90) {
  const level = coordinates?.includes('Person.team') ? 'full' : 'masked';
  const wish = { subject, coordinates, level, ttlSeconds: 365 * DAY, reason: 'survey' } as const;
  const { grant } = await desk.give({ ...wish, requestedBy: subject });
  const id = grant?.id ?? '';
  await desk.database.run(`
    ALTER TABLE meshgate.access_grant DISABLE TRIGGER states;
    UPDATE meshgate.access_grant SET starts_at = starts_at - interval '${days} days',
      ends_at = ends_at - interval '${days} days' WHERE id = '${id}';
    ALTER TABLE meshgate.access_grant ENABLE TRIGGER states;`);
  return id;
}

/** A record of the ledger, some days ago. */
async function record(
  { pool }: AccessDesk,
  days: number,
  grants: readonly string[],
  { effect = 'masked:redacted', outcome = 'ok' } = {},
): Promise<void> {
  const at = new Date(Date.now() - days * DAY * 1000).toISOString();
  const writer = randomUUID();
  await pool.query(
    `INSERT INTO meshgate.audit_batch (writer, sequence, records, last_at, previous_hash, records_hash, hash)
     VALUES ($1, 1, 1, $2, '', '', '')`,
    [writer, at],
  );
  await pool.query(
    `INSERT INTO meshgate.audit_record (writer, sequence, place, hash, record) VALUES ($1, 1, 1, '', $2)`,
    [writer, JSON.stringify({ at, grants, outcome, effects: { 'Person.email': effect } })],
  );
}

const find = async ({ pool }: AccessDesk, field = 'Person.email') =>
  (await findHolders(pool, field, 60)).map(({ grant, isUnused, lastUsedAt }) => ({
    subject: grant.subject,
    isUnused,
    isUsed: lastUsedAt !== null,
  }));

test('says who holds a grant for a field, why, who agreed and when it was last used', async () => {
  const desk = await openDesk();
  const id = await give(desk, 'ada', ['Person.email']);
  await record(desk, 20, [id]);
  await record(desk, 10, [id]);

  const [holder, ...others] = await findHolders(desk.pool, 'Person.email', 60);

  expect(others).toEqual([]);
  expect(holder).toMatchObject({
    grant: { id, subject: 'ada', level: 'masked', state: 'active' },
    reason: 'survey',
    approvals: [{ approver: 'ola', roles: ['owner'] }],
    isUnused: false,
  });
  const days = (Date.now() - Date.parse(holder?.lastUsedAt ?? '')) / (DAY * 1000);
  expect(days).toBeCloseTo(10, 2);
});

test('a grant of the whole product opens its fields, and one of others does not', async () => {
  const desk = await openDesk();
  await give(desk, 'all', null);
  await give(desk, 'team', ['Person.team']);
  await desk.give({ product: 'shelf', subject: 'shelf' });

  expect(await find(desk)).toMatchObject([{ subject: 'all' }]);
  expect(await find(desk, 'Person.team')).toMatchObject([{ subject: 'all' }, { subject: 'team' }]);
  expect(await find(desk, 'Other.field')).toEqual([]);
});

test('a grant that is revoked or over opens nothing', async () => {
  const desk = await openDesk();
  await desk.revoke(await give(desk, 'ada', ['Person.email']));
  await give(desk, 'old', ['Person.email'], 400);

  expect(await find(desk)).toEqual([]);
});

test('a grant that was not used for so long is unused, and one that was refused was not used', async () => {
  const desk = await openDesk();
  const ids = {
    never: await give(desk, 'never', ['Person.email']),
    long: await give(desk, 'long ago', ['Person.email'], 89),
    refused: await give(desk, 'refused', ['Person.email'], 88),
    late: await give(desk, 'lately', ['Person.email'], 87),
    fresh: await give(desk, 'fresh', ['Person.email'], 30),
  };
  await record(desk, 85, [ids.long]);
  await record(desk, 5, [ids.refused], { effect: 'denied:unruled' });
  await record(desk, 5, [ids.refused], { outcome: 'refused' });
  await record(desk, 5, [ids.late]);

  expect(await find(desk)).toEqual([
    { subject: 'never', isUnused: true, isUsed: false },
    { subject: 'long ago', isUnused: true, isUsed: true },
    { subject: 'refused', isUnused: true, isUsed: false },
    { subject: 'lately', isUnused: false, isUsed: true },
    { subject: 'fresh', isUnused: false, isUsed: false },
  ]);
});

test('where the ledger cannot tell, nothing is unused', async () => {
  const desk = await openDesk();
  await give(desk, 'ada', ['Person.email']);
  await give(desk, 'ben', ['Person.team']);

  expect(await find(desk)).toMatchObject([{ isUnused: false }]);
  await record(desk, 30, []);
  expect(await find(desk)).toMatchObject([{ isUnused: false }]);
  await record(desk, 80, []);
  expect(await find(desk)).toMatchObject([{ isUnused: true }]);
  expect(await find(desk, 'Person.team')).toMatchObject([{ isUnused: false }]);
});
