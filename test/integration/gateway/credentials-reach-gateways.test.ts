/**
 * API keys and revocations over real HTTP: several gateways, one database, the command line's stores.
 */
import { expect, onTestFinished, test } from 'vitest';

import {
  type ApiKeyRequest,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from '../../../gateway/control/credentials/api-key-store.ts';
import { revoke, undoRevocation } from '../../../gateway/control/credentials/revocation-store.ts';
import { migrateControlSchema } from '../../../gateway/control/database/migrate-control-schema.ts';
import { createPool, type PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { serveFederation } from '../../support/serve-federation.ts';

const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: 'type Query { open: String, secret: String @requiresScopes(scopes: [["desk:read"]]) }',
  resolvers: { Query: { open: () => 'open', secret: () => 'secret' } },
};
const QUERY = { query: '{ secret }' };

const REQUEST: ApiKeyRequest = {
  name: 'job',
  owner: 'ana',
  scopes: ['desk:read'],
  roles: [],
  domain: null,
  purposes: [],
  claims: {},
  ttlSeconds: 3600,
};

async function createControl() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  await migrateControlSchema(database.adminUrl);
  const pool = createPool({
    url: database.adminUrl,
    size: 2,
    statementTimeoutMs: 5000,
    applicationName: 'test',
    // Ended by the server when the database is dropped.
    onIdleError: () => undefined,
  });
  onTestFinished(() => pool.close());
  return { database, pool };
}

type Gateway = Awaited<ReturnType<typeof serveFederation>>;

/** Code of the refusal, or what was answered. */
async function ask(gateway: Gateway, token: string): Promise<unknown> {
  const { body } = await gateway.post(QUERY, { authorization: `Bearer ${token}` });
  return body.errors?.[0]?.extensions.code ?? body.data;
}

/** Asks until the answer is this one. */
async function until(gateway: Gateway, token: string, wanted: unknown): Promise<void> {
  await expect.poll(() => ask(gateway, token), { timeout: 5000, interval: 5 }).toEqual(wanted);
}

async function serveTwo(url: string) {
  const shared = { DATABASE_URL: url };
  return [await serveFederation([DESK], shared), await serveFederation([DESK], shared)] as const;
}

const ALLOWED = { secret: 'secret' };

test('a key works on every gateway once it is made, and on none once it is revoked', async () => {
  const { database, pool } = await createControl();
  const gateways = await serveTwo(database.adminUrl);
  const { key, id } = await createApiKey(pool, REQUEST);

  for (const gateway of gateways) await until(gateway, key, ALLOWED);
  await revokeApiKey(pool, id);
  for (const gateway of gateways) await until(gateway, key, 'API_KEY_INVALID');
});

test('a revoked key stays refused by a gateway that starts later', async () => {
  const { database, pool } = await createControl();
  const [first] = await serveTwo(database.adminUrl);
  const { key, id } = await createApiKey(pool, REQUEST);
  await until(first, key, ALLOWED);
  await revokeApiKey(pool, id);

  const later = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });

  expect(await ask(later, key)).toBe('API_KEY_INVALID');
});

test('a rotated key has two secrets for the overlap, and one without', async () => {
  const { database, pool } = await createControl();
  const gateway = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });
  const first = await createApiKey(pool, REQUEST);
  const second = await rotateApiKey(pool, 'job', 3600, null);

  await until(gateway, second.key, ALLOWED);
  expect(await ask(gateway, first.key)).toEqual(ALLOWED);

  const third = await rotateApiKey(pool, 'job', 0, null);
  await until(gateway, third.key, ALLOWED);
  expect(await ask(gateway, first.key)).toBe('API_KEY_INVALID');
  expect(await ask(gateway, second.key)).toBe('API_KEY_INVALID');
});

test('an API key has its scopes and no others', async () => {
  const { database, pool } = await createControl();
  const { key } = await createApiKey(pool, { ...REQUEST, scopes: ['other'] });
  const gateway = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });

  expect(await ask(gateway, key)).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});

test('when a gateway closes, it has written which keys were used', async () => {
  const { database, pool } = await createControl();
  const { key } = await createApiKey(pool, REQUEST);
  await createApiKey(pool, { ...REQUEST, name: 'idle' });
  const gateway = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });
  await ask(gateway, key);

  await gateway.close();

  const keys = await listApiKeys(pool, false);
  expect(keys.map(({ name, lastUsedAt }) => [name, lastUsedAt !== null])).toEqual([
    ['idle', false],
    ['job', true],
  ]);
});

test.each([
  ['its id', { kind: 'jti', value: 'token-1' }],
  ['its subject', { kind: 'sub', value: 'ada' }],
  ['the key that signed it', { kind: 'kid', value: 'ES256-1' }],
] as const)(
  'a token that was accepted is refused once %s is revoked, until that is undone',
  async (_, named) => {
    const { database, pool } = await createControl();
    const [gateway] = await serveTwo(database.adminUrl);
    const token = await gateway.token({ jti: 'token-1', scope: 'desk:read', iat: 1_700_000_000 });
    await until(gateway, token, ALLOWED);

    const { id } = await revoke(pool, { ...named, issuer: null, reason: null, forSeconds: 60 });
    await until(gateway, token, 'TOKEN_REVOKED');
    await undoRevocation(pool, id);
    await until(gateway, token, ALLOWED);
  },
);

test('a revocation for one issuer leaves the tokens of another alone', async () => {
  const { database, pool } = await createControl();
  const gateway = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });
  const token = await gateway.token({ jti: 'token-1', scope: 'desk:read' });
  const named = { kind: 'jti', value: 'token-1', reason: null, forSeconds: 60 } as const;

  await revoke(pool, { ...named, issuer: 'https://other.example' });
  await revoke(pool, { ...named, value: 'probe', issuer: null });
  await until(gateway, await gateway.token({ jti: 'probe' }), 'TOKEN_REVOKED');

  expect(await ask(gateway, token)).toEqual(ALLOWED);
});

test('a change is seen although nobody is told of it', async () => {
  const { database, pool } = await createControl();
  const gateway = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });
  const { key, id } = await createApiKey(pool, REQUEST);
  await until(gateway, key, ALLOWED);

  await silence(pool);
  await revokeApiKey(pool, id);

  await until(gateway, key, 'API_KEY_INVALID');
});

test('a gateway that loses its connections goes on, and hears of changes again', async () => {
  const { database, pool } = await createControl();
  const gateway = await serveFederation([DESK], { DATABASE_URL: database.adminUrl });
  const { key, id } = await createApiKey(pool, REQUEST);
  await until(gateway, key, ALLOWED);

  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name IN ('meshgate-gateway', 'meshgate-watch')`,
  );

  expect(await ask(gateway, key)).toEqual(ALLOWED);
  await revokeApiKey(pool, id);
  await until(gateway, key, 'API_KEY_INVALID');
});

test('a gateway does not start when it cannot know what is revoked', async () => {
  await expect(
    serveFederation([DESK], { DATABASE_URL: 'postgresql://127.0.0.1:1/none' }),
  ).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});

/** Takes the notification out of the trigger, as if it were lost on its way. */
async function silence(pool: PostgresPool): Promise<void> {
  await pool.query(`
    CREATE OR REPLACE FUNCTION meshgate.announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO meshgate.change (topic, epoch) VALUES (TG_ARGV[0], 1)
        ON CONFLICT (topic) DO UPDATE SET epoch = change.epoch + 1;
      RETURN NULL;
    END $$`);
}
