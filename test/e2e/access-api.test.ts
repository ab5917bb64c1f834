import { afterAll, beforeAll, expect, test } from 'vitest';

import { type MeshUnderTest, startMesh } from '../support/start-mesh.ts';

let mesh: MeshUnderTest;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

const OWNER = 'marta.kowal@acme.example';
const STEWARD = 'jonas.bell@acme.example';

const PAYLOAD = `{ request { id state } grant { id state } needs
  enforcement { state applied gateways } problem { code } }`;
const REQUEST = `mutation ($input: RequestAccessInput!) { done: requestAccess(input: $input) ${PAYLOAD} }`;
const APPROVE = `mutation ($input: AccessDecisionInput!) { done: approveAccess(input: $input) ${PAYLOAD} }`;
const REVOKE = `mutation ($input: RevokeGrantInput!) { done: revokeGrant(input: $input) ${PAYLOAD} }`;
const EMAIL = '{ account(id: "A-12520") { id email } }';

interface Done {
  readonly request: { readonly id: string; readonly state: string } | null;
  readonly grant: { readonly id: string; readonly state: string } | null;
  readonly needs: readonly string[];
  readonly enforcement: unknown;
  readonly problem: { readonly code: string } | null;
}

async function change(subject: string, mutation: string, input: Readonly<Record<string, unknown>>) {
  const answer = (await mesh.ask(mutation, { subject }, { input })) as { data: { done: Done } };
  expect(answer).not.toHaveProperty('errors');
  return answer.data.done;
}

const askForEmail = (subject: string) =>
  change(subject, REQUEST, {
    ...{ product: 'accounts', fields: ['Account.email'] },
    ...{ purpose: 'customer-service', days: 7 },
  });

const readEmail = async (subject: string) => {
  const answer = (await mesh.ask(EMAIL, { subject })) as { data: { account: { email: unknown } } };
  return answer.data.account.email;
};

test('what is asked for and approved at the gateway works with the next query, until it is revoked', async () => {
  const subject = 'ben.ode@acme.example';
  expect(await readEmail(subject)).toBeNull();

  const asked = await askForEmail(subject);
  const id = asked.request?.id;
  const half = await change(OWNER, APPROVE, { id });
  const whole = await change(STEWARD, APPROVE, { id });
  const seen = await readEmail(subject);
  const revoked = await change(OWNER, REVOKE, { id: whole.grant?.id });
  const afterwards = await readEmail(subject);

  expect(asked).toMatchObject({
    request: { state: 'REQUESTED' },
    grant: null,
    needs: ['OWNER', 'STEWARD'],
    enforcement: null,
    problem: null,
  });
  expect(half).toMatchObject({ request: { state: 'REQUESTED' }, grant: null });
  const applied = { state: 'APPLIED', applied: 1, gateways: 1 };
  expect(whole).toMatchObject({
    request: { state: 'APPROVED' },
    grant: { state: 'ACTIVE' },
    enforcement: applied,
  });
  expect(seen).toBe('account-12520@example.org');
  expect(revoked).toMatchObject({ grant: { state: 'REVOKED' }, enforcement: applied });
  expect(afterwards).toBeNull();
});

test('who has no token is refused, and nothing of an answer may be kept', async () => {
  const anonymous = await mesh.ask('{ myGrants { nodes { id } } }', null);
  const response = await fetch(`${mesh.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await mesh.token({ subject: 'ben.ode@acme.example' })}`,
    },
    body: JSON.stringify({ query: '{ myGrants { nodes { id } } }' }),
  });

  expect(anonymous).toMatchObject({
    data: null,
    errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
  });
  expect(response.headers.get('cache-control')).toContain('no-store');
});

test('readers of a field are told to its steward in a sentence, and to nobody else', async () => {
  const reader = 'nia.kaur@acme.example';
  await mesh.ask(EMAIL, { subject: reader, scopes: ['accounts:pii'] });
  while (!(await (await fetch(`${mesh.url}/metrics`)).text()).includes('gateway_audit_queue 0'));
  const query = '{ fieldReaders(field: "Account.email") { subject sentence seen } }';

  const [steward, owner, stranger] = await Promise.all(
    [STEWARD, OWNER, 'zoe@acme.example'].map((subject) => mesh.ask(query, { subject })),
  );

  expect(steward).toEqual({
    data: {
      fieldReaders: expect.arrayContaining([
        {
          subject: reader,
          seen: 1,
          sentence: expect.stringMatching(
            /^nia\.kaur@acme\.example \(.+\) saw Account\.email as it is once \(1 value of 1 entity\), last on .+ UTC\.$/,
          ),
        },
      ]),
    },
  });
  for (const refused of [owner, stranger]) {
    expect(refused).toMatchObject({
      data: { fieldReaders: null },
      errors: [{ extensions: { code: 'ACCESS_NOT_DECIDER' } }],
    });
  }
});
