import { afterAll, beforeAll, expect, test } from 'vitest';

import { runCommandLine } from '../../../../../gateway/cli/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../../../../support/postgres.ts';
import { createCommandTools } from '../../../../support/text-stream.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
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

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

test('a key is printed when it is made and never again', async () => {
  const made = await run('api-key', 'create', '--name', 'night job', '--owner', 'sales@acme');
  const key = made.stdout.trim();

  expect(made.code).toBe(0);
  expect(key).toMatch(/^mgk_[\da-f]{12}_[\da-f]{72}$/);
  expect(made.stderr).toMatch(/^The API key night job \([\da-f]{12}\) is valid until .*\n$/);
  const listed = await run('api-key', 'list');
  expect(listed.stdout).toContain('night job  sales@acme');
  expect(listed.stdout + JSON.stringify(await facts('api-key', 'list'))).not.toContain(
    key.slice(17),
  );
});

test('a key has what it was asked for', async () => {
  const made = await facts(
    ...['api-key', 'create', '--name', 'full', '--owner', 'ana', '--scope', 'a b', '--scope', 'c'],
    ...['--role', 'steward', '--claim', 'regions=West,East', '--claim', 'regions=South'],
    ...['--domain', 'sales', '--purpose', 'reporting', '--ttl', '1h'],
  );

  expect(made).toEqual({
    id: expect.stringMatching(/^[\da-f]{12}$/),
    key: expect.stringContaining(`mgk_${made.id}_`),
    name: 'full',
    owner: 'ana',
    scopes: ['a', 'b', 'c'],
    roles: ['steward'],
    domain: 'sales',
    purposes: ['reporting'],
    claims: { regions: ['West', 'East', 'South'] },
    createdAt: expect.stringMatching(INSTANT),
    expiresAt: expect.stringMatching(INSTANT),
    revokedAt: null,
    lastUsedAt: null,
  });
  expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(3_600_000);
});

test('a name that a key has is not given to another until that is revoked', async () => {
  const create = ['api-key', 'create', '--name', 'twin', '--owner', 'ana'] as const;
  await facts(...create);

  const second = await run(...create);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('error INPUT_INVALID: Expected a name that no API key has');
  expect(await facts('api-key', 'revoke', 'twin')).toMatchObject({
    name: 'twin',
    revokedAt: expect.stringMatching(INSTANT),
  });
  await facts(...create);
});

test('a key that is rotated keeps its id and gets another secret', async () => {
  const made = await facts('api-key', 'create', '--name', 'turning', '--owner', 'ana');
  const turned = await facts('api-key', 'rotate', 'turning', '--overlap', '0s');

  expect({ ...turned, key: '' }).toEqual({ ...made, key: '' });
  expect(turned.key).not.toBe(made.key);
  const renewed = await facts('api-key', 'rotate', 'turning', '--ttl', '180d');
  expect(Date.parse(renewed.expiresAt)).toBeGreaterThan(Date.parse(made.expiresAt));
});

test('a revoked key is listed only when all are asked for', async () => {
  const { id } = await facts('api-key', 'create', '--name', 'gone', '--owner', 'ana');
  await facts('api-key', 'revoke', id);

  const idsOf = (keys: readonly { id: string }[]) => keys.map((key) => key.id);
  expect(idsOf(await facts('api-key', 'list'))).not.toContain(id);
  expect(idsOf(await facts('api-key', 'list', '--all'))).toContain(id);
  expect((await run('api-key', 'rotate', id)).stderr).toContain('error INPUT_INVALID');
});

test('what is revoked is listed, and taken back by its id', async () => {
  const args = [
    '--sub',
    'ben',
    '--issuer',
    'https://id.example',
    '--reason',
    'left',
    '--for',
    '7d',
  ];
  const revoked = await facts('revoke', ...args);

  expect(revoked).toEqual({
    id: expect.any(String),
    kind: 'sub',
    value: 'ben',
    issuer: 'https://id.example',
    reason: 'left',
    issuedBefore: expect.stringMatching(INSTANT),
    createdAt: expect.stringMatching(INSTANT),
    expiresAt: expect.stringMatching(INSTANT),
  });
  expect(await facts('revoke', '--list')).toEqual([revoked]);
  expect((await run('revoke', '--list')).stdout).toContain('sub   ben    https://id.example');
  expect(await facts('revoke', '--undo', revoked.id)).toEqual(revoked);
  expect((await run('revoke', '--list')).stdout).toBe('Nothing is revoked.\n');
});

test('revoking again never shortens what is there', async () => {
  const first = await facts('revoke', '--jti', 'token-1', '--for', '30d');
  const second = await facts('revoke', '--jti', 'token-1', '--for', '1h');

  expect({ id: second.id, until: second.expiresAt }).toEqual({
    id: first.id,
    until: first.expiresAt,
  });
});

test.each([
  [['revoke'], 'expected one of --jti'],
  [['revoke', '--jti', 'a', '--sub', 'b'], 'cannot be used with'],
  [['revoke', '--sub', ''], 'Expected 1 to 1000 characters'],
  [['api-key', 'create', '--name', 'x'], '--owner'],
  [['api-key', 'create', '--name', 'x', '--owner', 'a', '--scope', 'a"b'], 'Expected scopes'],
  [['api-key', 'create', '--name', 'x', '--owner', 'a', '--ttl', '400d'], 'Expected a time'],
  [['api-key', 'create', '--name', 'x', '--owner', 'a', '--claim', 'regions'], 'name=value'],
])('%j is a wrong call', async (args, said) => {
  const { code, stderr } = await run(...args);

  expect(code).toBe(2);
  expect(stderr).toContain(said);
});

test('says what to do where there is no database', async () => {
  const tools = createCommandTools({});
  const args = ['api-key', 'list', '--data', '/nonexistent'];
  const code = await runCommandLine(['node', 'meshgate', ...args], tools);

  expect(code).toBe(1);
  expect(tools.stderr.text()).toContain('DATABASE_URL is not set and no mesh runs on /nonexistent');
});
