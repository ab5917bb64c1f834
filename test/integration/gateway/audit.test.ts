/**
 * The ledger over real HTTP: what is on record of who saw masked and classified data.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import type { AuditRecord } from '../../../gateway/audit/audit-record.ts';
import { verifyChains } from '../../../gateway/control/audit/verify-chains.ts';
import { openAccessDesk } from '../../support/access.ts';
import { CLASSIFICATION, classifiedFederation } from '../../support/classified-federation.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const QUERY = 'query Look { account(id: "a1") { id email } }';

const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: `type Query {
    secret: String @requiresScopes(scopes: [["desk:read"]]) @tag(name: "pii")
    open: String
  }`,
  resolvers: { Query: { secret: () => 'secret', open: () => 'open' } },
};
const DESK_RULES = `
version: 1
classes: [{ name: personal, tags: [pii] }]
rules: [{ name: known, for: { authenticated: true }, effect: allow }]
`;

async function serve(
  settings: Readonly<Record<string, string>> = {},
  subgraphs: readonly FixtureSubgraph[] = classifiedFederation,
  rules: string = CLASSIFICATION,
) {
  const desk = await openAccessDesk('desk');
  const folder = await writeFolder({ 'rules.yaml': rules });
  onTestFinished(() => folder.remove());
  const gateway = await serveFederation(subgraphs, {
    CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
    DATABASE_URL: desk.database.adminUrl,
    ...settings,
  });
  return {
    ...desk,
    gateway,
    /** Asks as a caller with these claims; null sends no token. */
    async ask(claims: object | null, body: object, headers: Readonly<Record<string, string>> = {}) {
      const authorization = claims && { authorization: `Bearer ${await gateway.token(claims)}` };
      return gateway.post(body, { ...authorization, ...headers });
    },
    /** What is on record once the gateway has closed. */
    async records(): Promise<readonly AuditRecord[]> {
      await gateway.close();
      const rows = await desk.pool.query<{ record: AuditRecord }>(
        'SELECT record FROM meshgate.audit_record ORDER BY at, sequence, place',
      );
      return rows.map(({ record }) => record);
    },
  };
}

test('whoever sees classified data, masked or as it is, or is refused it, is on record', async () => {
  const { ask, records, pool } = await serve();

  await ask({ roles: ['steward'] }, { query: QUERY }, { 'x-request-id': 'first-request' });
  await ask({ roles: ['support'] }, { query: QUERY });
  await ask(null, { query: QUERY });
  const [first, second, third, ...others] = await records();

  expect(first).toEqual({
    form: 3,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestId: 'first-request',
    issuer: 'https://id.example',
    subject: 'ada',
    clientKind: 'user',
    purpose: null,
    operation: {
      name: 'Look',
      kind: 'query',
      sha256: createHash('sha256').update(QUERY).digest('hex'),
    },
    products: ['accounts'],
    effects: { 'Account.email': 'allowed' },
    shown: { 'Account.email': 1 },
    entities: { 'Account.email': { count: 1, exact: true } },
    entityKeys: 'none',
    grants: [],
    decision: 'allowed',
    outcome: 'ok',
    rulesVersion: expect.any(String),
    policyVersion: expect.any(String),
    shape: expect.stringMatching(/^[\da-f]{64}$/),
  });
  expect(second).toMatchObject({
    effects: { 'Account.email': 'masked:keepFirst' },
    shown: { 'Account.email': 1 },
    decision: 'masked',
    outcome: 'ok',
  });
  expect(third).toMatchObject({
    issuer: null,
    subject: null,
    effects: { 'Account.email': 'denied:unruled' },
    shown: {},
    entities: {},
    decision: 'denied',
    outcome: 'partial',
  });
  expect(others).toEqual([]);
  expect(await verifyChains(pool)).toMatchObject([{ records: 3, finding: null }]);
});

test('a request that shows nothing classified leaves no record', async () => {
  const { ask, records } = await serve();

  await ask({ roles: ['steward'] }, { query: '{ account(id: "a1") { id city } }' });
  await ask({ roles: ['steward'] }, { query: '{ account(id: "a1") { nothing } }' });
  await ask(
    { roles: ['steward'] },
    { query: 'query ($id: ID!) { account(id: $id) { email } }', variables: {} },
  );

  expect(await records()).toEqual([]);
});

test('what a variable gives is refused and on record where it is classified, and not where it is not', async () => {
  const { ask, records } = await serve();
  const query = 'query ($filter: AccountFilter) { accounts(filter: $filter) { id } }';
  const filterBy = (filter: object) =>
    ask({ roles: ['support'] }, { query, variables: { filter } });

  await filterBy({ city: 'London' });
  const { body } = await filterBy({ income: { min: 1 } });
  const found = await records();

  expect(body.errors?.[0]?.extensions.code).toBe('CLASSIFIED_INPUT_REFUSED');
  expect(found).toMatchObject([
    {
      effects: { 'AccountFilter.income': 'denied:support-sees-parts' },
      decision: 'denied',
      outcome: 'refused',
    },
  ]);
});

test('an operation that is refused as a whole has shown nothing, and the record says so', async () => {
  const { ask, records } = await serve({ AUTHORIZATION_MODE: 'reject' });

  const { status } = await ask(null, { query: QUERY });

  expect(status).toBe(403);
  expect(await records()).toMatchObject([{ decision: 'denied', outcome: 'refused' }]);
});

test('an answer that is repeated or shared is on record for each who got it', async () => {
  const { ask, records } = await serve({ DEDUPLICATE_QUERIES: 'true' });
  const askOnce = () => ask({ roles: ['steward'] }, { query: QUERY });

  await Promise.all([askOnce(), askOnce()]);
  for (let round = 0; round < 4; round += 1) await askOnce();

  expect(await records()).toHaveLength(6);
});

test('without AUDIT nothing is recorded', async () => {
  const { ask, records } = await serve({ AUDIT: 'false' });

  await ask({ roles: ['steward'] }, { query: QUERY });

  expect(await records()).toEqual([]);
});

const AWAY = 'ALTER TABLE meshgate.audit_batch RENAME TO audit_batch_away';
const BACK = 'ALTER TABLE meshgate.audit_batch_away RENAME TO audit_batch';
const FULL = { AUDIT_QUEUE: '1', AUDIT_WHEN_FULL: 'refuse' };

test('while no more can be recorded, classified data is refused and all else answered, until it can again', async () => {
  const { ask, records, database } = await serve(FULL);
  const askOnce = () => ask({ roles: ['steward'] }, { query: QUERY });
  await database.run(AWAY);

  const first = await askOnce();
  const second = await askOnce();
  const open = await ask({ roles: ['steward'] }, { query: '{ account(id: "a1") { id city } }' });
  await database.run(BACK);
  let later = await askOnce();
  while (later.status === 503) later = await askOnce();

  expect(first.status).toBe(200);
  expect(second.status).toBe(503);
  expect(second.body.errors?.[0]?.extensions.code).toBe('AUDIT_UNAVAILABLE');
  expect(second.body.data).toBeUndefined();
  expect(open.status).toBe(200);
  expect(later.body.data).toEqual({ account: { id: 'a1', email: 'ada@acme.example' } });
  expect(await records()).toHaveLength(2);
});

test('classified data is refused, too, while nothing could be written for long, though there is room', async () => {
  const { ask, records, database } = await serve({ AUDIT_FAILING_SECONDS: '1' });
  const askOnce = () => ask({ roles: ['steward'] }, { query: QUERY });
  await database.run(AWAY);

  let answers = 1;
  let last = await askOnce();
  while (last.status === 200) {
    last = await askOnce();
    answers += 1;
  }
  await database.run(BACK);
  while ((await askOnce()).status === 503);

  expect(last.body.errors?.[0]?.extensions.code).toBe('AUDIT_UNAVAILABLE');
  expect(await records()).toHaveLength(answers);
});

test('where that is preferred, classified data is served without a record, which is counted and logged', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const { ask, records, database, gateway } = await serve({
    ...FULL,
    AUDIT_WHEN_FULL: 'serve',
    LOG_LEVEL: 'error',
    LOG_FILE: join(folder.path, 'log'),
  });
  const askOnce = () => ask({ roles: ['steward'] }, { query: QUERY });
  await database.run(AWAY);

  await askOnce();
  const second = await askOnce();
  await askOnce();
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  await database.run(BACK);

  expect(second.status).toBe(200);
  expect(metrics).toContain('gateway_audit_records_total{result="dropped"} 2');
  expect(metrics).toContain('gateway_audit_queue 1');
  expect(await records()).toHaveLength(1);
  const alarms = (await readFile(join(folder.path, 'log'), 'utf8')).trim().split('\n');
  expect(alarms.map((line) => JSON.parse(line).msg)).toEqual(
    expect.arrayContaining(['classified data is answered without a record of it']),
  );
});

test('what a requirement denies is on record as that, and what a grant opens with the grant', async () => {
  const { ask, records, give, applied } = await serve({}, [DESK], DESK_RULES);

  const before = await ask({}, { query: '{ open secret }' });
  const given = await give();
  await applied(given);
  const after = await ask({}, { query: '{ open secret }' });
  const found = await records();

  expect(before.body.data).toEqual({ open: 'open', secret: null });
  expect(after.body.data).toEqual({ open: 'open', secret: 'secret' });
  expect(found).toMatchObject([
    { effects: { 'Query.secret': 'denied:requirement' }, grants: [], outcome: 'partial' },
    { effects: { 'Query.secret': 'allowed' }, grants: [given.grant?.id], outcome: 'ok' },
  ]);
});

test('an answer that was kept is on record for everybody who is given it', async () => {
  const { ask, gateway, records } = await serve({}, [DESK], DESK_RULES);
  gateway.replace('desk', (request, response) => {
    request.resume();
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=600',
    });
    response.end(JSON.stringify({ data: { secret: 'secret' } }));
  });
  const callers = ['ada', 'ben', 'ada'];

  const answers = [];
  for (const sub of callers) {
    answers.push((await ask({ sub, scope: 'desk:read' }, { query: '{ secret }' })).headers);
  }

  expect(answers.map((headers) => headers.get('age') !== null)).toEqual([false, true, true]);
  expect((await records()).map(({ subject, effects }) => [subject, effects])).toEqual(
    callers.map((sub) => [sub, { 'Query.secret': 'allowed' }]),
  );
});
