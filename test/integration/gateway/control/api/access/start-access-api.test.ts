import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccessTerms } from '../../../../../../gateway/control/access/access-terms.ts';
import { registerProducts } from '../../../../../../gateway/control/access/access-terms-store.ts';
import { startAccessApi } from '../../../../../../gateway/control/api/access/start-access-api.ts';
import { migrateControlSchema } from '../../../../../../gateway/control/database/migrate-control-schema.ts';
import { createPool } from '../../../../../../shared/postgres/create-pool.ts';
import { inTransaction } from '../../../../../../shared/postgres/in-transaction.ts';
import { openAdministrator } from '../../../../../../shared/postgres/open-administrator.ts';
import { createTestDatabase } from '../../../../../support/postgres.ts';
import { createTokenIssuer } from '../../../../../support/token-issuer.ts';
import { writeFolder } from '../../../../../support/write-folder.ts';

const COMPANY = 'https://id.acme.example';
const PARTNER = 'https://id.partner.example';
const DAY = 86_400;

const VAULT: AccessTerms = {
  product: 'vault',
  tenant: 'acme',
  members: [
    { name: 'ola', role: 'owner', since: null, until: null },
    { name: 'per', role: 'steward', since: null, until: null },
    { name: 'eva', role: 'engineer', since: null, until: null },
    { name: 'dom', role: 'domain lead', since: null, until: null },
  ],
  strictest: 'restricted',
  classes: { 'Vault.code': 'restricted', 'Vault.note': 'internal' },
  autoApprove: [{ classification: 'internal', sameTenant: true, sameTeam: false }],
  maxGrantSeconds: 30 * DAY,
  reviewAfterSeconds: 90 * 86_400,
  purposes: ['audit'],
  partnerIssuers: [],
  agreement: null,
};

interface Shown {
  readonly id: string;
  readonly state: string;
}

/** What a mutation answered; without a request or a grant where there is a problem. */
interface Done {
  readonly request: Shown;
  readonly grant: Shown;
  readonly problem: { readonly code: string; readonly message: string };
}

interface Page {
  readonly nodes: readonly Shown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Answer {
  readonly data: {
    readonly done: Done;
    readonly page: Page;
    readonly accessRequest: Shown | null;
    readonly requestableProducts: unknown;
  };
  readonly errors?: unknown;
}

/** The API over a database of its own, asked as the gateway asks it. */
async function startApi() {
  const database = await createTestDatabase();
  await migrateControlSchema(database.adminUrl);
  const pool = createPool({
    url: database.adminUrl,
    size: 1,
    statementTimeoutMs: 5000,
    applicationName: 'test',
    onIdleError: () => undefined,
  });
  await inTransaction(pool, (client) => registerProducts(client, [VAULT]));
  await pool.close();
  const issuer = await createTokenIssuer('meshgate', 'EdDSA');
  const folder = await writeFolder({
    'jwks.json': JSON.stringify({ keys: [issuer.publicJwk] }),
  });
  const api = await startAccessApi({
    port: 0,
    databaseUrl: database.adminUrl,
    gatewayJwks: `${folder.path}/jwks.json`,
    logLevel: 'silent',
    teamIssuer: COMPANY,
  });
  return {
    async ask(sub: string, query: string, variables: object, iss: string | null) {
      const now = Math.floor(Date.now() / 1000);
      const who = { sub, ...(iss === null ? {} : { sub_id: { format: 'iss_sub', iss, sub } }) };
      const token = await issuer.sign({
        ...{ iss: 'meshgate', aud: 'access', iat: now, exp: now + 60 },
        ...who,
      });
      const response = await fetch(api.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    databaseUrl: database.adminUrl,
    async stop() {
      await api.close();
      await database.drop();
      await folder.remove();
    },
  };
}

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const PAYLOAD = '{ request { id state } grant { id state } needs problem { code message } }';

/** Runs a mutation of one input. @param type Of the input, without `Input`. */
async function change(sub: string, name: string, type: string, input: object, iss = COMPANY) {
  const mutation = `mutation ($input: ${type}Input!) { done: ${name}(input: $input) ${PAYLOAD} }`;
  const answer = await api.ask(sub, mutation, { input }, iss);
  expect(answer).not.toHaveProperty('errors');
  return answer.data.done;
}

const WISH = { product: 'vault', fields: ['Vault.code'], purpose: 'audit', days: 1 };

const ask = (sub: string, more: object = {}, iss = COMPANY) =>
  change(sub, 'requestAccess', 'RequestAccess', { ...WISH, ...more }, iss);
const approve = (sub: string, id: string, iss = COMPANY) =>
  change(sub, 'approveAccess', 'AccessDecision', { id }, iss);
const show = async (sub: string, id: string, iss = COMPANY) => {
  const query = 'query ($id: ID!) { accessRequest(id: $id) { id requestedBy } }';
  return (await api.ask(sub, query, { id }, iss)).data.accessRequest;
};
const list = async (sub: string, field: string, args = '', iss = COMPANY) => {
  const query = `{ page: ${field}${args} { nodes { id } pageInfo { hasNextPage endCursor } } }`;
  return (await api.ask(sub, query, {}, iss)).data.page;
};
const idsOf = (page: Page) => page.nodes.map(({ id }) => id);

async function give(sub: string, iss = COMPANY) {
  const { request } = await ask(sub, {}, iss);
  await approve('ola', request.id);
  return (await approve('per', request.id)).grant;
}

test('a decider of the same name at another issuer is a stranger', async () => {
  const { request } = await ask('ada');
  const approved = await approve('ola', request.id, PARTNER);
  const denied = await change(
    ...(['ola', 'denyAccess', 'AccessDecision', { id: request.id }, PARTNER] as const),
  );

  for (const answer of [approved, denied]) {
    expect(answer).toMatchObject({ request: null, problem: { code: 'ACCESS_RECORD_UNKNOWN' } });
  }
  expect(await show('ola', request.id, PARTNER)).toBeNull();
  expect(idsOf(await list('ola', 'accessRequestsToDecide', '', PARTNER))).toEqual([]);
  expect(idsOf(await list('ola', 'accessRequestsToDecide'))).toContain(request.id);
});

test('a caller whose issuer is not known is nobody', async () => {
  const answer = await api.ask('ola', '{ myGrants { nodes { id } } }', {}, null);

  expect(answer).toMatchObject({
    data: { myGrants: null },
    errors: [{ extensions: { code: 'AUTHENTICATION_REQUIRED' } }],
  });
});

test('nobody agrees to their own request, an owner neither', async () => {
  const ofOwner = await ask('ola');
  const ofOther = await ask('bob');

  const own = await approve('ola', ofOwner.request.id);
  const bobs = await approve('bob', ofOther.request.id);

  expect(own.problem.code).toBe('ACCESS_OWN_REQUEST');
  expect(bobs.problem.code).toBe('ACCESS_OWN_REQUEST');
});

test('nobody agrees to what somebody of their name has asked for elsewhere', async () => {
  const { request } = await ask('ola', {}, PARTNER);

  const answer = await approve('ola', request.id);

  expect(answer.problem.code).toBe('ACCESS_OWN_REQUEST');
});

test('a grant whose review is due is listed for those who decide, who keep it', async () => {
  const { id } = await give('lon');
  const due = '(due: true)';
  const keep = (sub: string) => change(sub, 'keepGrant', 'KeepGrant', { id });
  const early = await keep('ola');
  expect(idsOf(await list('ola', 'grantsOfMyProducts', due))).toEqual([]);
  const database = await openAdministrator(api.databaseUrl);
  await database.runScript(`
    ALTER TABLE meshgate.access_grant DISABLE TRIGGER states;
    UPDATE meshgate.access_grant SET review_at = now(), lapses_at = now() + interval '1 day',
      state = 'review_due' WHERE id = '${id}';
    ALTER TABLE meshgate.access_grant ENABLE TRIGGER states;`);
  await database.close();
  expect(idsOf(await list('ola', 'grantsOfMyProducts', due))).toEqual([id]);

  expect(early.problem.code).toBe('ACCESS_RECORD_CLOSED');
  expect((await keep('lon')).problem.code).toBe('ACCESS_OWN_REQUEST');
  expect((await keep('mal')).problem.code).toBe('ACCESS_RECORD_UNKNOWN');
  expect(await keep('per')).toMatchObject({ grant: { id, state: 'ACTIVE' }, problem: null });
});

test('holders of a field are told to its steward, and to nobody else', async () => {
  const { id } = await give('hal');
  const query = `{ fieldHolders(field: "Vault.code") {
    grant { id state endsAt } approvals { approver roles } lastUsedAt isUnused } }`;
  const tell = (sub: string) => api.ask(sub, query, {}, COMPANY);

  expect(await tell('per')).toMatchObject({
    data: {
      fieldHolders: expect.arrayContaining([
        {
          grant: { id, state: 'ACTIVE', endsAt: expect.any(String) },
          approvals: [
            { approver: 'ola', roles: ['OWNER'] },
            { approver: 'per', roles: ['STEWARD'] },
          ],
          ...{ lastUsedAt: null, isUnused: false },
        },
      ]),
    },
  });
  for (const sub of ['ola', 'dom', 'hal']) {
    expect(await tell(sub)).toMatchObject({
      errors: [{ extensions: { code: 'ACCESS_NOT_DECIDER' } }],
    });
  }
});

test('a domain lead sees and answers what has escalated, and nothing else', async () => {
  const usual = await ask('liz');
  // One of the two who would have to agree has asked.
  const stuck = await ask('ola');
  const before = await approve('dom', usual.request.id);

  expect(before.problem.code).toBe('ACCESS_RECORD_UNKNOWN');
  expect(await show('dom', usual.request.id)).toBeNull();
  const overdue = '(overdue: true)';
  expect(idsOf(await list('dom', 'accessRequestsToDecide'))).toContain(stuck.request.id);
  expect(idsOf(await list('dom', 'accessRequestsToDecide'))).not.toContain(usual.request.id);
  expect(idsOf(await list('per', 'accessRequestsToDecide', overdue))).toContain(stuck.request.id);
  expect(idsOf(await list('per', 'accessRequestsToDecide', overdue))).not.toContain(
    usual.request.id,
  );
  await approve('dom', stuck.request.id);
  expect(await approve('per', stuck.request.id)).toMatchObject({ grant: { state: 'ACTIVE' } });
});

test('a stranger is told the same of a request that exists as of one that does not', async () => {
  const { request } = await ask('cal');
  const grant = await give('cal');
  const unknown = await approve('mal', 'r-000000000000');
  const existing = await approve('mal', request.id);
  const revoked = await change('mal', 'revokeGrant', 'RevokeGrant', { id: grant.id });
  const renewed = await change('mal', 'renewGrant', 'RenewGrant', { id: grant.id });

  expect(existing).toEqual(unknown);
  expect(revoked).toEqual(unknown);
  expect(renewed).toEqual(unknown);
  expect(unknown.problem).toEqual({
    code: 'ACCESS_RECORD_UNKNOWN',
    message: 'There is no such access request or grant, or this caller may not see it.',
  });
  expect(await show('mal', request.id)).toBeNull();
  expect(idsOf(await list('mal', 'myAccessRequests'))).toEqual([]);
  expect(idsOf(await list('mal', 'grantsOfMyProducts', '(all: true)'))).toEqual([]);
});

test('what is for a caller of one issuer is nothing to one of that name at another', async () => {
  const grant = await give('dan', PARTNER);

  const answer = await change('dan', 'revokeGrant', 'RevokeGrant', { id: grant.id });

  expect(answer.problem.code).toBe('ACCESS_RECORD_UNKNOWN');
  expect(idsOf(await list('dan', 'myGrants'))).toEqual([]);
  expect(idsOf(await list('dan', 'myGrants', '', PARTNER))).toEqual([grant.id]);
});

test('the name of a team member at another issuer lets no request go unseen', async () => {
  const wish = { fields: ['Vault.note'] };

  const member = await ask('eva', wish);
  const namesake = await ask('eva', wish, PARTNER);

  expect(member.grant.state).toBe('ACTIVE');
  expect(namesake).toMatchObject({ request: { state: 'REQUESTED' }, grant: null });
});

test('a request is denied or withdrawn once, by whom it concerns', async () => {
  const first = await ask('fay');
  const second = await ask('fay');
  const decide = (sub: string, name: string, id: string) =>
    change(sub, name, 'AccessDecision', { id, reason: 'no' });

  const denied = await decide('per', 'denyAccess', first.request.id);
  const late = await approve('ola', first.request.id);
  const ownDenied = await decide('fay', 'denyAccess', second.request.id);
  const taken = await decide('ola', 'withdrawAccessRequest', second.request.id);
  const withdrawn = await decide('fay', 'withdrawAccessRequest', second.request.id);

  expect(denied.request.state).toBe('DENIED');
  expect(late.problem.code).toBe('ACCESS_RECORD_CLOSED');
  expect(ownDenied.problem).toEqual({
    code: 'ACCESS_NOT_DECIDER',
    message: 'Only owner and steward of the data product decide about this.',
  });
  expect(taken.problem.code).toBe('ACCESS_NOT_DECIDER');
  expect(withdrawn.request.state).toBe('WITHDRAWN');
});

test('a grant is renewed for whom it is, and given back', async () => {
  const grant = await give('gil', PARTNER);

  const renewed = await change('gil', 'renewGrant', 'RenewGrant', { id: grant.id }, PARTNER);
  const forAnother = await change('ola', 'renewGrant', 'RenewGrant', { id: grant.id });
  const back = await change('gil', 'revokeGrant', 'RevokeGrant', { id: grant.id }, PARTNER);

  expect(renewed.request.state).toBe('REQUESTED');
  expect(forAnother.problem.code).toBe('ACCESS_NOT_DECIDER');
  expect(back.grant).toEqual({ id: grant.id, state: 'REVOKED' });
});

test('an emergency is taken by people of a team, and reviewed by owner and steward', async () => {
  const need = { product: 'vault', purpose: 'audit', reason: 'outage', minutes: 30 };
  const take = (sub: string, iss = COMPANY) => change(sub, 'breakGlass', 'BreakGlass', need, iss);
  const review = (sub: string, id: string) =>
    change(sub, 'reviewEmergency', 'ReviewEmergency', { id, verdict: 'UNJUSTIFIED' });

  const stranger = await take('hal');
  const namesake = await take('eva', PARTNER);
  const taken = await take('eva');
  const waiting = await list('per', 'accessRequestsToDecide');
  const reviewed = await review('per', taken.request.id);
  const again = await review('per', taken.request.id);

  expect(stranger.problem.code).toBe('ACCESS_EMERGENCY_REFUSED');
  expect(namesake.problem.code).toBe('ACCESS_EMERGENCY_REFUSED');
  expect(taken.grant.state).toBe('ACTIVE');
  expect(idsOf(waiting)).toContain(taken.request.id);
  expect(reviewed.grant.state).toBe('REVOKED');
  expect(again.problem.code).toBe('ACCESS_RECORD_CLOSED');
  expect(idsOf(await list('per', 'accessRequestsToDecide'))).not.toContain(taken.request.id);
});

test('a change that a gateway has not confirmed in time says so', async () => {
  const grant = await give('kim');
  const pool = createPool({
    url: api.databaseUrl,
    size: 1,
    statementTimeoutMs: 5000,
    applicationName: 'test',
    onIdleError: () => undefined,
  });
  const [gateway] = await pool.query<{ id: string }>(
    `INSERT INTO meshgate.gateway_process (id, name, closes_after)
     VALUES (gen_random_uuid(), 'late', interval '1 minute') RETURNING id`,
  );
  const revoke = `mutation ($input: RevokeGrantInput!) {
    done: revokeGrant(input: $input) {
      request { grant { state } }
      enforcement { state applied gateways }
    }
  }`;

  const answer = await api.ask('ola', revoke, { input: { id: grant.id } }, COMPANY);
  await pool.query('DELETE FROM meshgate.gateway_process WHERE id = $1', [gateway?.id]);
  await pool.close();

  expect(answer.data.done).toEqual({
    request: { grant: { state: 'REVOKED' } },
    enforcement: { state: 'PENDING', applied: 0, gateways: 1 },
  });
});

test('lists come in pages, the newest first', async () => {
  const made: string[] = [];
  for (const _ of [1, 2, 3]) made.unshift((await ask('ina')).request.id);

  const first = await list('ina', 'myAccessRequests', '(first: 2)');
  const after = JSON.stringify(first.pageInfo.endCursor);
  const second = await list('ina', 'myAccessRequests', `(first: 2, after: ${after})`);

  expect(idsOf(first)).toEqual(made.slice(0, 2));
  expect(first.pageInfo.hasNextPage).toBe(true);
  expect(idsOf(second)).toEqual(made.slice(2));
  expect(second.pageInfo.hasNextPage).toBe(false);
});

test.each([
  ['a page of 101', '{ myGrants(first: 101) { nodes { id } } }'],
  ['a cursor of another list', '{ myGrants(after: "AVsieCIsIjEiLCIyIl0") { nodes { id } } }'],
  ['readers of no day', '{ fieldReaders(field: "Vault.code", sinceDays: 0) { seen } }'],
])('%s is refused as input', async (_, query) => {
  const answer = await api.ask('per', query, {}, COMPANY);

  expect(answer.errors).toMatchObject([{ extensions: { code: 'INPUT_INVALID' } }]);
});

test.each([
  ['an unknown product', { product: 'safe' }, 'ACCESS_PRODUCT_UNKNOWN'],
  ['a purpose that is none of the product', { purpose: 'fun' }, 'INPUT_INVALID'],
  ['more days than the product gives', { days: 31 }, 'INPUT_INVALID'],
  ['no day', { days: 0 }, 'INPUT_INVALID'],
  ['a field that is not protected', { fields: ['Vault.door'] }, 'INPUT_INVALID'],
  ['an endless reason', { reason: 'x'.repeat(2001) }, 'INPUT_INVALID'],
])('%s cannot be asked for', async (_, more, code) => {
  const answer = await ask('jan', more);

  expect(answer.problem.code).toBe(code);
});

test('what can be asked for is told without the names of those who decide', async () => {
  const query =
    '{ requestableProducts { name purposes longestDays fields { coordinate classification } } }';

  const answer = await api.ask('zoe', query, {}, PARTNER);

  expect(answer.data.requestableProducts).toEqual([
    {
      name: 'vault',
      purposes: ['audit'],
      longestDays: 30,
      // As PostgreSQL orders the keys of an object.
      fields: [
        { coordinate: 'Vault.code', classification: 'RESTRICTED' },
        { coordinate: 'Vault.note', classification: 'INTERNAL' },
      ],
    },
  ]);
});
