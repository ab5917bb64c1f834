import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import { createHashedKeys } from '../../../../../gateway/audit/entity-key-form.ts';
import { runCommandLine } from '../../../../../gateway/cli/command-line.ts';
import { createWriteBatch } from '../../../../../gateway/control/audit/write-batches.ts';
import { openAccessDesk } from '../../../../support/access.ts';
import { createCommandTools } from '../../../../support/text-stream.ts';

const NIL = '0'.repeat(64);

const HASHED = createHashedKeys('of-the-ledger');
const KEYS = { entityKeys: HASHED.name, keys: [HASHED.toKept('A-1') ?? ''] };

/** A ledger of one record, of a minute ago, and the commands on it. */
async function setUp(env: Readonly<Record<string, string>> = {}) {
  const { database, pool } = await openAccessDesk('accounts');
  const writer = randomUUID();
  await createWriteBatch(
    pool,
    writer,
  )([
    {
      form: 3,
      at: new Date(Date.now() - 60_000).toISOString(),
      requestId: 'request',
      issuer: 'https://id.example',
      subject: 'ada',
      clientKind: 'user',
      purpose: null,
      operation: { name: null, kind: 'query', sha256: NIL },
      products: ['accounts'],
      effects: { 'Account.email': 'allowed' },
      shown: { 'Account.email': 25 },
      entities: { 'Account.email': { count: 20, exact: true, keys: KEYS.keys, more: true } },
      entityKeys: KEYS.entityKeys,
      grants: [],
      decision: 'allowed',
      outcome: 'ok',
      rulesVersion: '1',
      policyVersion: '1',
      shape: NIL,
    },
  ]);
  return {
    database,
    writer,
    async run(...args: readonly string[]) {
      const tools = createCommandTools({ DATABASE_URL: database.adminUrl, ...env });
      const code = await runCommandLine(['node', 'meshgate', 'audit', ...args], tools);
      return { code, stdout: tools.stdout.text(), stderr: tools.stderr.text() };
    },
  };
}

test('verify ends well, prints the head, and takes it back', async () => {
  const { run, writer } = await setUp();

  const { code, stdout } = await run('verify');
  const [head = '', verdict] = stdout.split('\n');
  const again = await run('verify', '--head', head.replace('head ', ''), '--json');
  const other = await run('verify', '--head', `${writer}:1:${NIL}`);

  expect(code).toBe(0);
  expect(verdict).toBe(
    'All is as it was written: 1 record in 1 batch of 1 chain; 0 records forgotten.',
  );
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject([{ writer, records: 1, finding: null }]);
  expect(other.code).toBe(1);
  expect(other.stdout).toContain(`Batch 1 of ${writer} was changed: it is not the noted one.\n`);
});

test('verify names what was changed and ends with 1', async () => {
  const { run, database, writer } = await setUp();
  await database.run(
    `SET session_replication_role = replica;
     UPDATE meshgate.audit_record SET record = record || '{"subject": "eve"}'`,
  );

  const { code, stdout } = await run('verify');

  expect(code).toBe(1);
  expect(stdout).toContain(
    `Record 1 of batch 1 of ${writer} was changed: its hash is that of another.\n`,
  );
  expect(stdout).toContain('Not all is as it was written');
});

test('who, export and forget tell of the same record until it is forgotten', async () => {
  const { run, writer } = await setUp();

  const who = await run('who', '--field', 'Account.email', '--since', '1h', '--json');
  const exported = await run('export');
  const kept = await run('forget', '--before', '400d');
  const forgotten = await run('forget', '--before', '1s', '--json');
  const nobody = await run('who', '--field', 'Account.email');

  expect(JSON.parse(who.stdout)).toMatchObject([
    { subject: 'ada', seen: 1, refused: 0, valuesSeen: 25, valuesMasked: 0, uncounted: 0 },
  ]);
  expect(JSON.parse(exported.stdout)).toMatchObject({
    ...{ subject: 'ada', writer, sequence: 1 },
    ...{ form: 3, shown: { 'Account.email': 25 }, entityKeys: KEYS.entityKeys },
    entities: { 'Account.email': { count: 20, exact: true, keys: KEYS.keys, more: true } },
  });
  expect(kept.stdout).toMatch(/^Forgot 0 records in 0 batches, all of before /);
  expect(JSON.parse(forgotten.stdout)).toEqual({ batches: 1, records: 1 });
  expect(nobody.stdout).toMatch(/^Nobody has asked for Account.email since /);
  expect((await run('verify')).code).toBe(0);
});

test('who tells of one entity by the hash of its key, where it is told the secret', async () => {
  const { run } = await setUp({ AUDIT_KEY_SECRET: 'env:LEDGER', LEDGER: 'of-the-ledger' });
  const stranger = await setUp();
  const who = (of: Awaited<ReturnType<typeof setUp>>['run'], key: string) =>
    of('who', '--field', 'Account.email', '--key', key);

  expect((await who(run, 'A-1')).stdout).toMatch(
    /^ada \(.+\) saw Account.email of A-1 as it is once, /,
  );
  expect((await who(run, 'A-2')).stdout).toMatch(
    /^ada \(.+\) may have seen Account.email of A-2 once, /,
  );
  expect((await who(stranger.run, 'A-1')).stdout).toMatch(/^ada \(.+\) may have seen /);
  expect((await who(run, '')).code).toBe(2);
});

test('who does not begin with a secret that is not there', async () => {
  const { run } = await setUp({ AUDIT_KEY_SECRET: 'env:NOWHERE' });

  const { code, stderr } = await run('who', '--field', 'Account.email', '--key', 'A-1');

  expect([code, stderr]).toEqual([1, expect.stringContaining('CONFIG_INVALID')]);
});

test.each([[['who']], [['who', '--field', 'no field']], [['forget']], [['verify', '--head', 'x']]])(
  '%j is called wrongly',
  async (args) => {
    const { run } = await setUp();

    expect((await run(...args)).code).toBe(2);
  },
);
