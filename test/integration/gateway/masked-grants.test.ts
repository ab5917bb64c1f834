/**
 * Access in masked form, from the request to the answer: a gateway over real HTTP, a database, subgraphs.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { registerProducts } from '../../../gateway/control/access/access-terms-store.ts';
import { approveRequest } from '../../../gateway/control/access/change-requests.ts';
import type { NewRequest } from '../../../gateway/control/access/settle-request.ts';
import { loadOrCreateSigningKey } from '../../../gateway/identity/trust/signing-key.ts';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';
import { openAccessDesk } from '../../support/access.ts';
import {
  ACCOUNTS,
  createClassifiedSubgraphs,
  GRANTABLE_CLASSIFICATION,
  REQUIRING_SCOPE,
  SECRETS,
} from '../../support/classified-federation.ts';
import { PERSONAL_TERMS } from '../../support/personal-terms.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** A gateway over accounts whose personal values take a scope, and the desk where access is given. */
async function serve(settings: Readonly<Record<string, string>> = {}) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const rules = join(folder.path, 'classification.yaml');
  await writeFile(rules, GRANTABLE_CLASSIFICATION);
  await writeFile(join(folder.path, 'secret'), 'a secret of this test\n');
  const desk = await openAccessDesk('accounts', 'orders');
  await inTransaction(desk.pool, (client) =>
    registerProducts(
      client,
      ['accounts', 'orders'].map((product) => ({ ...PERSONAL_TERMS, product })),
    ),
  );
  const subgraphs = createClassifiedSubgraphs(() => ACCOUNTS, REQUIRING_SCOPE);
  const gateway = await serveFederation(subgraphs, {
    CLASSIFICATION_RULES: rules,
    MASK_SECRET: `file:${join(folder.path, 'secret')}`,
    DATABASE_URL: desk.database.adminUrl,
    ...settings,
  });
  return {
    ...gateway,
    folder,
    desk,
    rules,
    /** Gives masked access; `null` gives it to all of both products. */
    async give(coordinates: readonly string[] | null, wish: Partial<NewRequest> = {}) {
      const masked = { coordinates, level: 'masked', ...wish } as const;
      if (coordinates === null) await desk.give({ ...masked, product: 'orders' });
      const given = await desk.give(masked);
      await desk.applied(given);
      return given;
    },
    async ask(query: string, claims: object = {}, more: object = {}) {
      const authorization = `Bearer ${await gateway.token(claims)}`;
      return (await gateway.post({ query, ...more }, { authorization })).body;
    },
  };
}

const ALL = '{ account(id: "a1") { id email phone nicknames born income city } }';
const MASKED = {
  id: 'a1',
  email: 'a***',
  phone: '+***',
  nicknames: ['C***', 'A***'],
  born: '1815-12-01',
  income: 31_000,
  city: 'London',
};
const refused = (...path: string[]) => ({
  message: 'This caller may not find, filter, sort or group by a value that it may not read.',
  path,
  extensions: { code: 'CLASSIFIED_INPUT_REFUSED' },
});

test('what is granted masked is seen masked, by this caller and until it is revoked', async () => {
  const { ask, give, desk } = await serve();
  const closed = { id: 'a1', city: 'London', email: null };

  const before = await ask('{ account(id: "a1") { id city email } }');
  const given = await give(null);
  const during = await ask(ALL);
  const other = await ask('{ account(id: "a1") { id city email } }', { sub: 'eve' });
  const scoped = await ask('{ account(id: "a1") { email } }', { scope: 'pii:read' });
  await desk.applied(await desk.revoke(given.grant?.id ?? ''));
  const after = await ask('{ account(id: "a1") { id city email } }');

  expect(before.data).toEqual({ account: closed });
  expect(during).toEqual({ data: { account: MASKED } });
  expect(other.data).toEqual({ account: closed });
  expect(scoped).toEqual({ data: { account: { email: 'ada@acme.example' } } });
  expect(after.data).toEqual({ account: closed });
});

test('a grant of some fields names its mask and opens no other', async () => {
  const { ask, give } = await serve();
  await give(['Account.email'], { mask: 'keepLast:4' });

  const answer = await ask('{ account(id: "a1") { id email phone } }');

  expect(answer.data).toEqual({ account: null });
  expect((await ask('{ account(id: "a1") { id email income } }')).data).toEqual({
    account: { id: 'a1', email: '***mple', income: null },
  });
});

test.each([
  '{ a: account(id: "a1") { id: email email: id phone } }',
  '{ node(id: "a1") { ... on Account { email } } }',
  '{ node(id: "a1") { ... on Contact { email } id } }',
  '{ contact { ... on Account { email } } }',
  '{ order { account { email } } }',
  '{ order { account { email greeting shout } } }',
  '{ accounts { email income } totals { accounts income } }',
])('no path to a value shows it as it is: %s', async (query) => {
  const { ask, give } = await serve();
  await give(null);

  const text = JSON.stringify(await ask(query));

  expect(text).not.toContain('ERROR');
  for (const secret of SECRETS) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
});

test.each([
  ['{ accounts(filter: { income: { min: 1000 } }) { id } }', 'accounts'],
  ['{ accounts(sort: INCOME) { id } }', 'accounts'],
  ['{ richest { id } }', 'richest'],
  ['{ groups(by: BIRTH_YEAR) { key } }', 'groups'],
  ['{ accountByEmail(email: "ada@acme.example") { id } }', 'accountByEmail'],
])('who sees data masked by a grant does not ask by it: %s', async (query, field) => {
  const { ask, give, received } = await serve();
  await give(['Account.email']);

  expect(await ask(query)).toEqual({ errors: [refused(field)], data: null });
  expect(received).toEqual([]);
  expect((await ask(query, { scope: 'pii:read' })).errors).toBeUndefined();
});

test('nor in the value of a variable', async () => {
  const { ask, give, received } = await serve();
  await give(['Account.email']);
  const query = 'query ($f: AccountFilter) { accounts(filter: $f) { id } }';

  const answer = await ask(query, {}, { variables: { f: { income: { min: 1 } } } });

  expect(answer.errors?.[0]?.extensions.code).toBe('CLASSIFIED_INPUT_REFUSED');
  expect(received).toEqual([]);
});

test('no word of a product reaches who sees something around masked by a grant', async () => {
  const { ask, give } = await serve({ SUBGRAPH_ERRORS: 'passed' });
  await give(['Account.phone']);

  const said = (await ask('{ broken { id } }')).errors?.[0]?.message;

  expect(said).toBe('The data product "accounts" reported an error that is not meant for clients.');
});

test('kept answers and queries in flight are not shared with whom it was granted otherwise', async () => {
  const { ask, give, desk } = await serve({
    RESPONSE_CACHE_BYTES: '1000000',
    DEDUPLICATE_QUERIES: 'true',
  });
  await give(['Account.email']);
  await give(['Account.email'], { subject: 'bob', requestedBy: 'bob', mask: 'redacted' });
  const { request } = await give(['Account.email'], {
    subject: 'cal',
    requestedBy: 'cal',
    level: 'full',
  });
  await desk.applied(await approveRequest(desk.pool, request.id, { actor: 'sam', reason: null }));
  const query = '{ account(id: "a1") { email } }';
  const subjects = ['ada', 'bob', 'cal', 'eve', 'ada', 'bob', 'cal', 'eve'];

  const answers = await Promise.all(subjects.map((sub) => ask(query, { sub })));
  const again = await Promise.all(subjects.map((sub) => ask(query, { sub })));

  const emails = [...answers, ...again].map(
    ({ data }) => (data as { account: { email: string } | null } | null)?.account?.email,
  );
  const each = ['a***', 'REDACTED', 'ada@acme.example', undefined];
  expect(emails).toEqual([...each, ...each, ...each, ...each]);
});

test('a grant for a client counts in its tokens alone', async () => {
  const { ask, give } = await serve();
  await give(['Account.email'], { clients: ['svc-churn'] });
  const email = async (claims: object) =>
    (await ask('{ account(id: "a1") { id email } }', claims)).data;

  expect(await email({ azp: 'svc-churn' })).toEqual({ account: { id: 'a1', email: 'a***' } });
  expect(await email({ client_id: 'svc-churn' })).toMatchObject({ account: { email: 'a***' } });
  expect(await email({ azp: 'other' })).toEqual({ account: { id: 'a1', email: null } });
  expect(await email({})).toEqual({ account: { id: 'a1', email: null } });
});

test('a rule that no longer lets it be masked closes it at once, and a product is told what it gives', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  await loadOrCreateSigningKey(`${folder.path}/key.json`);
  const { ask, give, received, rules } = await serve({
    SUBGRAPH_TRUST_KEY_FILE: `${folder.path}/key.json`,
  });
  await give(['Account.email']);
  const email = async () => (await ask('{ account(id: "a1") { id email } }')).data;

  expect(await email()).toEqual({ account: { id: 'a1', email: 'a***' } });
  const headers: Readonly<Record<string, unknown>> = received[0]?.headers ?? {};
  expect(decodeJwt(String(headers.authorization).slice('Bearer '.length)).granted).toEqual([
    'Account.email',
  ]);
  const never = '- { name: never, when: { coordinates: [Account.email] }, effect: deny }';
  await writeFile(rules, GRANTABLE_CLASSIFICATION.replace('rules:', `rules:\n  ${never}`));
  await expect.poll(email, { timeout: 5000 }).toEqual({ account: { id: 'a1', email: null } });
});

test('a caller who asks why is told what was granted masked, and what that refuses', async () => {
  const { ask, give } = await serve({ INTROSPECTION_SHOWS: 'usable' });
  await give(['Account.email']);
  const query = '{ account(id: "a1") { email } richest { id } }';

  const { extensions } = (await ask(query, {}, { extensions: { access: true } })) as {
    extensions?: { access: unknown };
  };

  expect(extensions?.access).toEqual([
    {
      path: ['account', 'email'],
      coordinate: 'Account.email',
      effect: 'masked',
      reasons: [{ reason: 'GRANTED_MASKED', coordinate: 'Account.email', mask: 'keepFirst' }],
      howToRequest: [],
    },
    {
      path: ['richest'],
      coordinate: 'Query.richest',
      effect: 'denied',
      reasons: [{ reason: 'GRANTED_MASKED', coordinate: 'AccountSort.INCOME', mask: null }],
      howToRequest: [],
    },
  ]);
});

test('introspection by rights shows what was granted masked', async () => {
  const { ask, give } = await serve({ INTROSPECTION: 'true', INTROSPECTION_SHOWS: 'usable' });
  const fields = async () => {
    const { data } = await ask('{ __type(name: "Account") { fields { name } } }');
    return (data as { __type: { fields: { name: string }[] } }).__type.fields.map(
      ({ name }) => name,
    );
  };

  expect(await fields()).not.toContain('email');
  await give(['Account.email']);
  expect(await fields()).toContain('email');
  expect(await fields()).not.toContain('phone');
});
