/**
 * Which entities the ledger names, over real HTTP: whose values somebody was shown.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AuditRecord } from '../../../gateway/audit/audit-record.ts';
import { createHashedKeys } from '../../../gateway/audit/entity-key-form.ts';
import { findReaders } from '../../../gateway/control/audit/find-readers.ts';
import { verifyChains } from '../../../gateway/control/audit/verify-chains.ts';
import { openAccessDesk } from '../../support/access.ts';
import { CLASSIFICATION } from '../../support/classified-federation.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const PATIENTS = ['patient-1', 'patient-2', 'patient-3'].map((id) => ({
  id,
  mail: `${id}@clinic.example`,
  note: null,
}));
const CLINIC: readonly FixtureSubgraph[] = [
  {
    name: 'clinic',
    sdl: `
      type Query { patients: [Patient!] patient(id: ID!): Patient staff: Staff }
      type Patient @key(fields: "id") {
        id: ID! mail: String @tag(name: "pii") note: String @tag(name: "pii")
      }
      type Staff { mail: String @tag(name: "pii") }
    `,
    resolvers: {
      Query: {
        patients: () => PATIENTS,
        patient: (_: never, { id }: { id: string }) => PATIENTS.find((one) => one.id === id),
        staff: () => ({ mail: 'desk@clinic.example' }),
      },
    },
  },
];

async function serve(settings: Readonly<Record<string, string>>) {
  const desk = await openAccessDesk('clinic');
  const folder = await writeFolder({ 'rules.yaml': CLASSIFICATION, secret: 'of-the-clinic\n' });
  onTestFinished(() => folder.remove());
  const gateway = await serveFederation(CLINIC, {
    CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
    DATABASE_URL: desk.database.adminUrl,
    AUDIT_KEY_SECRET: `file:${join(folder.path, 'secret')}`,
    LOG_FILE: join(folder.path, 'log'),
    LOG_LEVEL: 'debug',
    ...settings,
  });
  return {
    gateway,
    pool: desk.pool,
    ask: async (query: string, role = 'steward', variables = {}) =>
      gateway.post(
        { query, variables },
        { authorization: `Bearer ${await gateway.token({ roles: [role] })}` },
      ),
    log: () => readFile(join(folder.path, 'log'), 'utf8'),
    /** What was shown of whom, by record, once the gateway has closed. */
    async named(): Promise<readonly Pick<AuditRecord, 'entities' | 'entityKeys'>[]> {
      await gateway.close();
      expect(await verifyChains(desk.pool)).toMatchObject([{ finding: null }]);
      const rows = await desk.pool.query<{ record: AuditRecord }>(
        'SELECT record FROM meshgate.audit_record ORDER BY at, sequence, place',
      );
      return rows.map(({ record: { entities, entityKeys } }) => ({ entities, entityKeys }));
    },
  };
}

test('a record names whose values were shown, though the client has not asked for their keys', async () => {
  const { ask, named, pool } = await serve({ AUDIT_ENTITY_KEYS: 'plain' });
  const query = 'query ($id: ID!) { patient(id: $id) { mail note } }';

  const { body } = await ask(query, 'steward', { id: 'patient-2' });
  await ask('{ patients { mail } staff { mail } }', 'support');

  expect(body).toEqual({ data: { patient: { mail: 'patient-2@clinic.example', note: null } } });
  const keys = ['patient-1', 'patient-2', 'patient-3'];
  expect(await named()).toEqual([
    {
      entityKeys: 'plain',
      entities: { 'Patient.mail': { count: 1, exact: true, keys: ['patient-2'] } },
    },
    {
      entityKeys: 'plain',
      entities: {
        'Patient.mail': { count: 3, exact: true, keys },
        'Staff.mail': { count: 1, exact: false, keys: [], more: true },
      },
    },
  ]);
  const readers = await findReaders(pool, {
    ...{ field: 'Patient.mail', since: new Date(0), limit: null },
    entity: { key: 'patient-2', hashed: null },
  });
  expect(readers).toMatchObject([{ seen: 1, masked: 1, unsure: 0 }]);
});

test('keys are hashed with a secret, and stand neither in the ledger nor in logs and metrics', async () => {
  const { gateway, ask, named, log, pool } = await serve({ AUDIT_ENTITY_KEYS: 'hashed' });
  const form = createHashedKeys('of-the-clinic');

  await ask('{ patients { mail } }');
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const records = await named();

  const keys = PATIENTS.map(({ id }) => form.toKept(id));
  expect(records).toEqual([
    { entityKeys: form.name, entities: { 'Patient.mail': { count: 3, exact: true, keys } } },
  ]);
  const [{ text } = { text: '' }] = await pool.query<{ text: string }>(
    `SELECT string_agg(record::text, '') AS text FROM meshgate.audit_record`,
  );
  expect([text, metrics, await log()].filter((one) => one.includes('patient-'))).toEqual([]);
});

test('a record names as many as it may, and says that there are more', async () => {
  const { ask, named } = await serve({ AUDIT_ENTITY_KEYS: 'plain', AUDIT_KEYS_PER_FIELD: '2' });

  await ask('{ patients { mail } }');

  const keys = ['patient-1', 'patient-2'];
  expect(await named()).toEqual([
    {
      entityKeys: 'plain',
      entities: { 'Patient.mail': { count: 3, exact: true, keys, more: true } },
    },
  ]);
});

test('an answer that is repeated or kept names the same for everybody who is given it', async () => {
  const { gateway, ask, named } = await serve({ AUDIT_ENTITY_KEYS: 'plain' });
  for (let round = 0; round < 4; round += 1) await ask('{ patients { mail } }');
  gateway.replace('clinic', (request, response) => {
    request.resume();
    const kept = { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' };
    response.writeHead(200, kept);
    response.end(JSON.stringify({ data: { patient: PATIENTS[0] } }));
  });

  await ask('{ patient(id: "patient-1") { mail } }');
  const again = await ask('{ patient(id: "patient-1") { mail } }');

  expect(again.headers.get('age')).not.toBeNull();
  const keys = (await named()).map(({ entities }) => entities['Patient.mail']?.keys?.length);
  expect(keys).toEqual([3, 3, 3, 3, 1, 1]);
});

test('unless it is wanted, no entity is named and no product asked for its key', async () => {
  const { gateway, ask, named } = await serve({});
  const bodies: string[] = [];
  gateway.replace('clinic', (request, response) => {
    request.on('data', (chunk) => bodies.push(String(chunk)));
    request.on('end', () => response.end(JSON.stringify({ data: { patients: PATIENTS } })));
    response.writeHead(200, { 'content-type': 'application/json' });
  });

  await ask('{ patients { mail } }');

  expect(bodies.map((body) => JSON.parse(body).query)).toEqual(['{patients{mail}}']);
  expect(await named()).toEqual([
    { entityKeys: 'none', entities: { 'Patient.mail': { count: 3, exact: true } } },
  ]);
});

test('a gateway that is to hash keys and has no secret does not start', async () => {
  const desk = await openAccessDesk('clinic');

  const starting = serveFederation(CLINIC, {
    DATABASE_URL: desk.database.adminUrl,
    AUDIT_ENTITY_KEYS: 'hashed',
  });

  await expect(starting).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
