import { afterAll, beforeAll, expect, test } from 'vitest';

import { runCommandLine } from '../../../../../gateway/cli/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../../../../support/postgres.ts';
import { createCommandTools } from '../../../../support/text-stream.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await facts('access', 'register');
});
afterAll(() => database.drop());

async function run(...args: readonly string[]) {
  const tools = createCommandTools({ DATABASE_URL: database.adminUrl });
  const code = await runCommandLine(['node', 'meshgate', ...args], tools);
  return { code, stdout: tools.stdout.text(), stderr: tools.stderr.text() };
}

/** Facts of a command that went well. */
async function facts(...args: readonly string[]) {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** What a command that is refused says. */
async function refusal(...args: readonly string[]) {
  const { code, stderr } = await run(...args);
  expect(code).toBe(1);
  return stderr;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const OWNER = 'marta.kowal@acme.example';
const STEWARD = 'jonas.bell@acme.example';
const ASK = [
  ...['access', 'request', '--product', 'accounts', '--field', 'Account.email'],
  ...['--issuer', 'https://id.example', '--purpose', 'analytics'],
];

const ask = (who: string, ...more: readonly string[]) => facts(...ASK, '--as', who, ...more);
const approve = (id: string, who: string) => facts('access', 'approve', id, '--as', who);

/** A grant for somebody, by the owner and the steward. */
async function give(who: string) {
  const { request } = await ask(who);
  await approve(request.id, OWNER);
  return (await approve(request.id, STEWARD)).grant;
}

test('a request for personal data waits for owner and steward, and becomes a grant by both', async () => {
  const asked = await ask('ben', '--ttl', '7d', '--reason', 'survey');
  const half = await approve(asked.request.id, OWNER);
  const whole = await approve(asked.request.id, STEWARD);

  expect(asked).toEqual({
    request: {
      id: expect.stringMatching(/^r-[\da-f]{12}$/),
      state: 'requested',
      product: 'accounts',
      fields: ['Account.email'],
      level: 'full',
      mask: null,
      clients: null,
      classification: 'personal',
      issuer: 'https://id.example',
      subject: 'ben',
      purpose: 'analytics',
      reason: 'survey',
      ttlSeconds: 7 * 86_400,
      requestedBy: 'ben',
      renews: null,
      createdAt: expect.stringMatching(INSTANT),
      answerUntil: expect.stringMatching(INSTANT),
      remindedAt: null,
      escalatedAt: null,
      partner: false,
      agreement: null,
      approvals: [],
      emergency: false,
      reviews: [],
      grant: null,
    },
    grant: null,
    needs: ['owner', 'steward'],
    enforcement: null,
  });
  expect(half).toMatchObject({ request: { state: 'requested' }, grant: null, enforcement: null });
  expect(whole).toMatchObject({
    request: { state: 'approved', grant: whole.grant.id },
    needs: [],
    enforcement: { epoch: expect.stringMatching(/^\d+$/), applied: 0, of: 0, waitingFor: [] },
  });
  expect(whole.grant).toEqual({
    id: expect.stringMatching(/^g-[\da-f]{12}$/),
    state: 'active',
    request: asked.request.id,
    product: 'accounts',
    fields: ['Account.email'],
    level: 'full',
    mask: null,
    clients: null,
    issuer: 'https://id.example',
    subject: 'ben',
    purpose: 'analytics',
    startsAt: expect.stringMatching(INSTANT),
    endsAt: expect.stringMatching(INSTANT),
    reviewAt: null,
    lapsesAt: null,
  });
  expect(Date.parse(whole.grant.endsAt) - Date.parse(whole.grant.startsAt)).toBe(7 * 86_400_000);
});

test('a request for personal data in masked form needs the owner alone', async () => {
  const wish = ['--level', 'masked', '--mask', 'keepLast:4', '--client', 'svc-churn'];
  const asked = await ask('ben', ...wish);
  const form = { level: 'masked', mask: 'keepLast:4', clients: ['svc-churn'] };

  expect(asked).toMatchObject({ request: form, needs: ['owner'] });
  const { grant } = await approve(asked.request.id, OWNER);
  expect(grant).toMatchObject({ state: 'active', ...form });
  const renewed = await facts('access', 'renew', grant.id, '--as', 'ben');
  expect(renewed).toMatchObject({ request: form, needs: ['owner'] });
  const { stdout } = await run('access', 'show', grant.id);
  expect(stdout).toContain('masked (keepLast:4)');
  expect(stdout).toContain('ben through svc-churn');
});

test.each([
  [['--level', 'masked', '--field', 'Account.segment'], 'Expected'],
  [['--mask', 'hash'], 'Expected a mask for masked access only.'],
  [['--level', 'masked', '--mask', 'rot13'], 'Expected null, redacted, hash'],
  [['--level', 'some'], 'Allowed choices are full, masked'],
] as const)('the form %j is refused', async (wish, said) => {
  const { code, stderr } = await run(...ASK, '--as', 'ben', ...wish);

  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain(said);
});

test('two words of one person are one, and who is not asked has none', async () => {
  const { request } = await ask('ben');

  await approve(request.id, OWNER);
  const again = await approve(request.id, OWNER.toUpperCase());

  expect(again.request).toMatchObject({
    state: 'requested',
    approvals: [{ approver: OWNER, roles: ['owner'] }],
  });
  expect(
    await refusal('access', 'approve', request.id, '--as', 'ines.faro@acme.example'),
  ).toContain(
    `Expected an owner or steward of accounts, which are ${OWNER} (owner), ${STEWARD} (steward), but got ines.faro`,
  );
});

test('nobody approves what they have asked for, or what is for them', async () => {
  const forOther = await ask(OWNER, '--subject', 'svc');
  const forOwner = await ask('ben', '--subject', OWNER);

  for (const { request } of [forOther, forOwner]) {
    const said = await refusal('access', 'approve', request.id, '--as', OWNER);
    expect(said).toContain('Expected somebody else than who has asked and whom it is for');
  }
});

test('internal data goes to a colleague at once and to a stranger by the owner alone', async () => {
  const wish = [
    ...['access', 'request', '--product', 'segments', '--issuer', 'https://id.example'],
    ...['--purpose', 'campaigns'],
  ];
  const colleague = await facts(...wish, '--as', 'li.wei@acme.example');
  const stranger = await facts(...wish, '--as', 'eve@other.example');

  expect(colleague).toMatchObject({ request: { state: 'approved' }, grant: { state: 'active' } });
  expect(stranger).toMatchObject({ request: { state: 'requested' }, needs: ['owner'] });
  expect(await approve(stranger.request.id, 'elif.demir@acme.example')).toMatchObject({
    grant: { state: 'active', subject: 'eve@other.example', fields: null },
  });
});

const BREAK = [
  ...['access', 'break-glass', '--product', 'accounts', '--issuer', 'https://id.example'],
  ...['--purpose', 'customer-service', '--reason', 'outage', '--as', 'ben'],
];
const review = (id: string, who: string, verdict: string) =>
  run(
    ...['access', 'review', id, '--as', who, '--verdict', verdict, '--reason', 'looked'],
    '--json',
  );

test('in an emergency access is taken at once, and waits for the review of two people', async () => {
  const { request, grant } = await facts(...BREAK);
  const openIds = async () =>
    (await facts('access', 'list')).requests.map(({ id }: { id: string }) => id);

  expect(request).toMatchObject({ state: 'approved', emergency: true, approvals: [] });
  expect(Date.parse(grant.endsAt) - Date.parse(grant.startsAt)).toBe(3_600_000);
  expect(await openIds()).toContain(request.id);
  const first = JSON.parse((await review(request.id, OWNER, 'justified')).stdout);
  expect(first).toMatchObject({ needs: ['owner', 'steward'], grant: { state: 'active' } });
  expect(await openIds()).toContain(request.id);
  const second = JSON.parse((await review(request.id, STEWARD, 'justified')).stdout);
  expect(second).toMatchObject({ needs: [], grant: { state: 'active' }, enforcement: null });
  expect(await openIds()).not.toContain(request.id);
});

test('an emergency that is found unjustified ends', async () => {
  const { request } = await facts(...BREAK);

  const said = JSON.parse((await review(request.id, STEWARD, 'unjustified')).stdout);

  expect(said).toMatchObject({ grant: { state: 'revoked' }, enforcement: { applied: 0, of: 0 } });
  const { events } = await facts('access', 'show', request.id);
  expect(events.map(({ action }: { action: string }) => action)).toEqual([
    'requested',
    'approved',
    'granted',
    'found unjustified (steward)',
    'revoked',
  ]);
});

test('who took the access reviews nothing, nor does anybody twice, nor what was no emergency', async () => {
  const { request } = await facts(...BREAK);
  const usual = await ask('ben');
  await review(request.id, OWNER, 'justified');

  const said = [
    await review(request.id, 'ben', 'justified'),
    await review(request.id, 'eve', 'justified'),
    await review(request.id, OWNER, 'unjustified'),
    await review(usual.request.id, OWNER, 'justified'),
  ].map(({ stderr }) => stderr);

  expect(said).toEqual([
    expect.stringContaining('Expected somebody else'),
    expect.stringContaining('Expected an owner or steward'),
    expect.stringContaining('Expected one review of each person'),
    expect.stringContaining('Expected an emergency'),
  ]);
});

test('a denied or withdrawn request is closed for good', async () => {
  const denied = await ask('ben');
  const withdrawn = await ask('ben');

  await facts('access', 'deny', denied.request.id, '--as', STEWARD, '--reason', 'not needed');
  await facts('access', 'withdraw', withdrawn.request.id, '--as', 'ben');

  expect(await refusal('access', 'approve', denied.request.id, '--as', OWNER)).toContain(
    'is denied',
  );
  expect(await refusal('access', 'approve', withdrawn.request.id, '--as', OWNER)).toContain(
    'is withdrawn',
  );
  const open = await ask('ben');
  expect(await refusal('access', 'withdraw', open.request.id, '--as', 'eve')).toContain(
    'Expected who has asked (ben)',
  );
});

test('a grant is revoked by who decides or whose it is, once', async () => {
  const first = await give('ben');
  const second = await give('ben');
  const revoke = (id: string, who: string) =>
    run('access', 'revoke', id, '--as', who, '--reason', 'over', '--json');

  expect((await revoke(first.id, 'eve')).code).toBe(1);
  expect(JSON.parse((await revoke(first.id, STEWARD)).stdout).grant.state).toBe('revoked');
  expect(JSON.parse((await revoke(second.id, 'ben')).stdout).grant.state).toBe('revoked');
  expect((await revoke(second.id, 'ben')).stderr).toContain('which is revoked');
});

test('a renewal is approved like the first time, and takes the place of the old grant', async () => {
  const old = await give('ben');
  const { request } = await facts('access', 'renew', old.id, '--as', 'ben', '--ttl', '60d');
  await approve(request.id, OWNER);
  const { grant } = await approve(request.id, STEWARD);

  expect(request).toMatchObject({ renews: old.id, state: 'requested' });
  expect(grant.state).toBe('active');
  expect((await facts('access', 'show', old.id)).grant.state).toBe('superseded');
  expect(await refusal('access', 'renew', old.id, '--as', 'ben')).toContain('is superseded');
});

test('a renewal of a grant that is revoked meanwhile revives nothing', async () => {
  const old = await give('ben');
  const { request } = await facts('access', 'renew', old.id, '--as', 'ben');
  await approve(request.id, OWNER);
  await facts('access', 'revoke', old.id, '--as', OWNER, '--reason', 'misuse');

  const said = await refusal('access', 'approve', request.id, '--as', STEWARD);

  expect(said).toContain(`Expected to renew a grant that is active, but ${old.id} is revoked.`);
});

test('what time has ended is closed, and written down as of when it ended', async () => {
  const unanswered = await ask('old');
  const over = await give('old');
  await database.run(`
    ALTER TABLE meshgate.access_request DISABLE TRIGGER states;
    ALTER TABLE meshgate.access_grant DISABLE TRIGGER states;
    UPDATE meshgate.access_request SET answer_until = now() - interval '1 day' WHERE id = '${unanswered.request.id}';
    UPDATE meshgate.access_grant SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day' WHERE id = '${over.id}';
    ALTER TABLE meshgate.access_request ENABLE TRIGGER states;
    ALTER TABLE meshgate.access_grant ENABLE TRIGGER states;
  `);

  expect(await refusal('access', 'approve', unanswered.request.id, '--as', OWNER)).toContain(
    'is expired',
  );
  const { grant, events } = await facts('access', 'show', over.id);
  expect(grant.state).toBe('expired');
  expect(events.at(-1)).toEqual({
    at: grant.endsAt,
    actor: null,
    action: 'expired',
    request: over.request,
    grant: over.id,
    reason: null,
  });
  expect(await facts('access', 'list', '--subject', 'old')).toEqual({ requests: [], grants: [] });
  expect(await facts('access', 'list', '--subject', 'old', '--all')).toMatchObject({
    requests: [{ state: 'approved' }, { state: 'expired' }],
    grants: [{ state: 'expired' }],
  });
});

test('what only the domain lead can answer is overdue at once, and says so', async () => {
  const usual = await ask('una');
  const { stdout } = await run(...ASK, '--as', OWNER, '--subject', 'una');
  const [id = ''] = /r-[\da-f]{12}/.exec(stdout) ?? [];

  expect(stdout).toContain('Not all of them are there to answer, so its domain lead may stand in');
  const overdue = await facts('access', 'list', '--overdue', '--subject', 'una');
  expect(overdue).toMatchObject({
    requests: [{ id, escalatedAt: expect.any(String) }],
    grants: [],
  });
  const printed = (await run('access', 'list', '--overdue', '--subject', 'una')).stdout;
  expect(printed).toContain('requested, escalated');
  expect(printed).not.toContain(usual.request.id);
  await approve(id, STEWARD);
  expect(await approve(id, 'petra.novak@acme.example')).toMatchObject({
    grant: { state: 'active' },
  });
});

test('a long grant is listed when its review is due, and kept by who decides', async () => {
  const { request } = await ask('lon', '--ttl', '180d');
  await approve(request.id, OWNER);
  const { grant } = await approve(request.id, STEWARD);
  const early = await refusal('access', 'keep', grant.id, '--as', OWNER);
  await database.run(`
    ALTER TABLE meshgate.access_grant DISABLE TRIGGER states;
    UPDATE meshgate.access_grant SET review_at = review_at - interval '91 days',
      lapses_at = lapses_at - interval '91 days', state = 'review_due' WHERE id = '${grant.id}';
    ALTER TABLE meshgate.access_grant ENABLE TRIGGER states;`);
  const listed = await run('access', 'list', '--overdue', '--subject', 'lon');
  const own = await refusal('access', 'keep', grant.id, '--as', 'lon');
  const kept = await run('access', 'keep', grant.id, '--as', OWNER, '--reason', 'still runs');

  expect(Date.parse(grant.reviewAt) - Date.parse(grant.startsAt)).toBe(90 * 86_400_000);
  expect(early).toContain('Expected a grant whose review is due');
  expect(listed.stdout).toMatch(/review due .* unless kept/);
  expect(own).toContain('Expected somebody else');
  expect(kept.stdout).toContain(`The grant ${grant.id} is kept until its next review, `);
  const { events } = await facts('access', 'show', grant.id);
  expect(events.at(-1)).toMatchObject({ action: 'kept (owner)', reason: 'still runs' });
});

test('says who holds a grant for a field, and until when', async () => {
  const { id } = await give('hol');
  const told = await facts('access', 'holders', '--field', 'Account.email');
  const printed = await run('access', 'holders', '--field', 'Account.email');

  const found = told.holders.find((one: { grant: { id: string } }) => one.grant.id === id);
  expect(found).toMatchObject({
    approvals: [{ approver: OWNER }, { approver: STEWARD }],
    lastUsedAt: null,
    isUnused: false,
  });
  expect(told.others).toEqual([]);
  expect(printed.stdout).toMatch(
    new RegExp(`${id} +hol +full +analytics +${OWNER} ${STEWARD} +- .*not on record`),
  );
  const none = await run('access', 'holders', '--field', 'Order.nothing');
  expect(none.stdout).toBe('Nobody has a grant for Order.nothing.\n');
});

test('the history says who did what, and why', async () => {
  const { id } = await give('ben');
  await facts('access', 'revoke', id, '--as', OWNER, '--reason', 'project ended');
  const { events } = await facts('access', 'show', id);

  expect(
    events.map(({ action, actor, reason }: Record<string, unknown>) => [action, actor, reason]),
  ).toEqual([
    ['requested', 'ben', null],
    ['agreed (owner)', OWNER, null],
    ['agreed (steward)', STEWARD, null],
    ['approved', null, `approved by ${OWNER} and ${STEWARD}`],
    ['granted', null, `approved by ${OWNER} and ${STEWARD}`],
    ['revoked', OWNER, 'project ended'],
  ]);
  const shown = await run('access', 'show', id);
  expect(shown.stdout).toContain('project ended');
});

test.each([
  "UPDATE meshgate.access_event SET actor = 'eve'",
  'DELETE FROM meshgate.access_event',
  'TRUNCATE meshgate.access_event',
  'DELETE FROM meshgate.access_approval',
  'DELETE FROM meshgate.access_grant',
  'DELETE FROM meshgate.access_review',
  'DELETE FROM meshgate.access_request',
  "UPDATE meshgate.access_grant SET ends_at = ends_at + interval '1 year'",
  "UPDATE meshgate.access_request SET state = 'requested' WHERE state = 'denied'",
])('history is not rewritten: %s', async (statement) => {
  await give('ben');
  const { request } = await ask('ben');
  await facts('access', 'deny', request.id, '--as', STEWARD, '--reason', 'no');

  await expect(database.run(statement)).rejects.toThrow(/history/);
});

test('says which gateway has not confirmed a change in time', async () => {
  await database.run(`INSERT INTO meshgate.gateway_process (id, name, closes_after)
    VALUES (gen_random_uuid(), 'host-1:42', '1 hour'), (gen_random_uuid(), 'host-2:43', '0 seconds')`);
  const { id } = await facts('access', 'list').then(({ grants }) => grants[0]);

  const said = await run(
    ...['access', 'revoke', id, '--as', OWNER, '--reason', 'x', '--wait', '1s'],
  );
  await database.run('DELETE FROM meshgate.gateway_process');

  expect(said).toEqual({
    code: 1,
    stderr: '',
    stdout: expect.stringContaining('Applied on 0 of 1 gateway.\nNot confirmed by host-1:42'),
  });
});

test('a product without a folder is registered by hand, and then has an owner', async () => {
  await facts(
    ...['access', 'register', '--name', 'billing', '--owner', 'ola', '--steward', 'per'],
    ...['--classification', 'internal', '--longest', '1d'],
  );
  const wish = ['access', 'request', '--product', 'billing', '--issuer', 'i', '--purpose', 'p'];

  expect(await refusal(...wish, '--as', 'ben')).toContain('Expected at most 1d');
  const { request } = await facts(...wish, '--as', 'ben', '--ttl', '1h');
  expect(await approve(request.id, 'ola')).toMatchObject({ grant: { state: 'active' } });
});

test.each([
  [['access', 'request', '--product', 'accounts', '--as', 'ben'], '--issuer'],
  [['access', 'deny', 'r-000000000000', '--as', 'x'], '--reason'],
  [['access', 'revoke', 'g-000000000000', '--reason', 'x'], '--as'],
  [[...BREAK, '--ttl', '5h'], 'Expected at most 4h'],
  [['access', 'review', 'r-1', '--as', 'x', '--reason', 'y'], '--verdict'],
  [['access', 'holders', '--field', 'Account'], 'Expected a field such as Account.email'],
  [['access', 'register', '--name', 'x'], 'expected --name and --owner together'],
  [['access', 'approve', 'r-000000000000', '--as', ' '], 'Expected 1 to 1000 characters'],
])('%j is a wrong call', async (args, said) => {
  const { code, stderr } = await run(...args);

  expect(code).toBe(2);
  expect(stderr).toContain(said);
});

test.each([
  [['access', 'approve', 'r-1', '--as', OWNER], 'Expected the id of an access request'],
  [['access', 'show', 'g-1'], 'Expected the id of a grant'],
  [
    [...ASK, '--as', 'ben', '--product', 'none'],
    'Expected a data product that is registered (accounts',
  ],
  [[...ASK, '--as', 'ben', '--purpose', 'fun'], 'Expected a purpose of the product accounts'],
  [[...ASK, '--as', 'ben', '--field', 'Account.colour'], 'but got Account.colour'],
])('%j says what is expected', async (args, said) => {
  expect(await refusal(...args)).toContain(said);
});
