/**
 * What the API tells stewards of the ledger, asked as the gateway asks it.
 */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { AuditRecord } from '../../../../../../gateway/audit/audit-record.ts';
import { createHashedKeys } from '../../../../../../gateway/audit/entity-key-form.ts';
import { registerProducts } from '../../../../../../gateway/control/access/access-terms-store.ts';
import { startAccessApi } from '../../../../../../gateway/control/api/access/start-access-api.ts';
import { createWriteBatch } from '../../../../../../gateway/control/audit/write-batches.ts';
import { inTransaction } from '../../../../../../shared/postgres/in-transaction.ts';
import { openAccessDesk } from '../../../../../support/access.ts';
import { createTokenIssuer } from '../../../../../support/token-issuer.ts';
import { writeFolder } from '../../../../../support/write-folder.ts';

const COMPANY = 'https://id.acme.example';
const HASHED = createHashedKeys('of-the-vault');
const NIL = '0'.repeat(64);

const record = (subject: string, keys: readonly string[]): AuditRecord => ({
  form: 3,
  at: new Date().toISOString(),
  requestId: 'request',
  ...{ issuer: COMPANY, subject, clientKind: 'user', purpose: null },
  operation: { name: null, kind: 'query', sha256: NIL },
  products: ['vault'],
  effects: { 'Vault.code': 'allowed' },
  shown: { 'Vault.code': 7 },
  entities: {
    'Vault.code': {
      ...{ count: keys.length, exact: true },
      keys: keys.map((key) => HASHED.toKept(key) ?? ''),
    },
  },
  entityKeys: HASHED.name,
  ...{ grants: [], decision: 'allowed', outcome: 'ok' },
  ...{ rulesVersion: '1', policyVersion: '1', shape: NIL },
});

async function startApi() {
  const { pool, database } = await openAccessDesk('other');
  const member = { name: 'per', role: 'steward', since: null, until: null } as const;
  await inTransaction(pool, (client) =>
    registerProducts(client, [
      {
        ...{ product: 'vault', tenant: 'acme', members: [member], strictest: 'restricted' },
        ...{ classes: { 'Vault.code': 'restricted' }, autoApprove: [], purposes: ['audit'] },
        ...{ maxGrantSeconds: 86_400, reviewAfterSeconds: 90 * 86_400 },
        ...{ partnerIssuers: [], agreement: null },
      },
    ]),
  );
  const issuer = await createTokenIssuer('meshgate', 'EdDSA');
  const folder = await writeFolder({ 'jwks.json': JSON.stringify({ keys: [issuer.publicJwk] }) });
  const api = await startAccessApi({
    port: 0,
    databaseUrl: database.adminUrl,
    gatewayJwks: `${folder.path}/jwks.json`,
    logLevel: 'silent',
    teamIssuer: COMPANY,
    hashedKeys: HASHED,
  });
  onTestFinished(async () => {
    await api.close();
    await folder.remove();
  });
  return {
    write: createWriteBatch(pool, randomUUID()),
    async ask(query: string): Promise<unknown> {
      const now = Math.floor(Date.now() / 1000);
      const token = await issuer.sign({
        ...{ iss: 'meshgate', aud: 'access', iat: now, exp: now + 60, sub: 'per' },
        sub_id: { format: 'iss_sub', iss: COMPANY, sub: 'per' },
      });
      const response = await fetch(api.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
  };
}

test('a steward is told of how many entities somebody saw values, and who saw those of one', async () => {
  const { ask, write } = await startApi();
  await write([record('ada', ['V-1', 'V-2']), record('ada', ['V-3']), record('ben', ['V-3'])]);
  const fields = 'subject seen unsure valuesSeen leastEntitiesSeen mostEntitiesSeen';

  const all = await ask(`{ fieldReaders(field: "Vault.code") { ${fields} } }`);
  const one = await ask(
    '{ fieldReaders(field: "Vault.code", key: "V-2") { subject seen sentence } }',
  );
  const wrong = await ask('{ fieldReaders(field: "Vault.code", key: "") { seen } }');

  const ofBen = { subject: 'ben', seen: 1, valuesSeen: 7, leastEntitiesSeen: 1 };
  const ofAda = { subject: 'ada', seen: 2, valuesSeen: 14, leastEntitiesSeen: 2 };
  expect(all).toEqual({
    data: {
      fieldReaders: [
        { ...ofAda, unsure: 0, mostEntitiesSeen: 3 },
        { ...ofBen, unsure: 0, mostEntitiesSeen: 1 },
      ],
    },
  });
  const sentence = expect.stringMatching(
    / saw Vault\.code of V-2 as it is once, last on .+ UTC\.$/,
  );
  expect(one).toEqual({ data: { fieldReaders: [{ subject: 'ada', seen: 1, sentence }] } });
  expect(wrong).toMatchObject({ errors: [{ extensions: { code: 'INPUT_INVALID' } }] });
});
