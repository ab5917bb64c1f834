import { expect, test } from 'vitest';
import { registerProducts } from '../../../../../gateway/control/access/access-terms-store.ts';
import {
  approveRequest,
  denyRequest,
  requestAccess,
} from '../../../../../gateway/control/access/change-requests.ts';
import { inTransaction } from '../../../../../shared/postgres/in-transaction.ts';
import { openAccessDesk } from '../../../../support/access.ts';

const ROUNDS = 20;

const WISH = {
  product: 'vault',
  coordinates: null,
  issuer: 'https://id.example',
  subject: 'ada',
  purpose: 'analytics',
  reason: null,
  ttlSeconds: 3600,
  requestedBy: 'ada',
  emergency: false,
};

/** A product whose data takes the word of `ola` and of `per`. */
async function openVault() {
  const { pool } = await openAccessDesk('desk');
  const vault = {
    product: 'vault',
    tenant: null,
    members: [
      { name: 'ola', role: 'owner', since: null, until: null },
      { name: 'per', role: 'steward', since: null, until: null },
    ],
    strictest: 'restricted',
    classes: null,
    autoApprove: [],
    maxGrantSeconds: 3600,
    reviewAfterSeconds: 90 * 86_400,
    purposes: [],
    partnerIssuers: [],
    agreement: null,
  } as const;
  await inTransaction(pool, (client) =>
    registerProducts(client, [
      { ...vault, members: [...vault.members], autoApprove: [], purposes: [], partnerIssuers: [] },
    ]),
  );
  return pool;
}

test('owner and steward who agree at the same moment make one grant, each time', async () => {
  const pool = await openVault();

  for (let round = 0; round < ROUNDS; round += 1) {
    const { request } = await requestAccess(pool, WISH);
    const answers = await Promise.all(
      ['ola', 'per'].map((actor) => approveRequest(pool, request.id, { actor, reason: null })),
    );

    const states = answers.map((answer) => answer.request.state).toSorted();
    expect(states).toEqual(['approved', 'requested']);
  }
});

test('of two opposite answers at the same moment one counts, and the other is told so', async () => {
  const pool = await openVault();
  const outcomes = new Set<string>();

  for (let round = 0; round < ROUNDS; round += 1) {
    const { request } = await requestAccess(pool, WISH);
    await approveRequest(pool, request.id, { actor: 'ola', reason: null });
    const answers = await Promise.allSettled([
      approveRequest(pool, request.id, { actor: 'per', reason: null }),
      denyRequest(pool, request.id, { actor: 'ola', reason: 'no' }),
    ]);

    const told = answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value.request.state : answer.reason.message,
    );
    outcomes.add(told.filter((text) => /^(approved|denied)$/.test(text)).join(' and '));
    expect(told.filter((text) => text.startsWith('Expected a request that is open'))).toHaveLength(
      1,
    );
  }

  expect([...outcomes].every((outcome) => /^(approved|denied)$/.test(outcome))).toBe(true);
});
