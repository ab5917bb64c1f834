/**
 * Whether a ledger that somebody has worked on directly, triggers switched off as only a superuser
 * can, is told from one as it was written.
 */
import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import type { AuditRecord } from '../../../../../gateway/audit/audit-record.ts';
import {
  createHashedKeys,
  type EntityKeyForm,
  PLAIN_KEYS,
} from '../../../../../gateway/audit/entity-key-form.ts';
import { hashBatch } from '../../../../../gateway/control/audit/audit-chain.ts';
import { exportRecords } from '../../../../../gateway/control/audit/export-records.ts';
import {
  findReaders,
  type ReadersQuery,
} from '../../../../../gateway/control/audit/find-readers.ts';
import { forgetRecords } from '../../../../../gateway/control/audit/forget-records.ts';
import { verifyChains } from '../../../../../gateway/control/audit/verify-chains.ts';
import { createWriteBatch } from '../../../../../gateway/control/audit/write-batches.ts';
import { openAccessDesk } from '../../../../support/access.ts';

const RECORD: AuditRecord = {
  form: 3,
  at: '2026-01-01T00:00:00.000Z',
  requestId: 'request',
  issuer: 'https://id.example',
  subject: 'ada',
  clientKind: 'user',
  purpose: null,
  operation: { name: null, kind: 'query', sha256: 'f'.repeat(64) },
  products: ['accounts'],
  effects: { 'Account.email': 'allowed' },
  shown: { 'Account.email': 2 },
  entities: { 'Account.email': { count: 2, exact: true } },
  entityKeys: 'none',
  grants: [],
  decision: 'allowed',
  outcome: 'ok',
  rulesVersion: '1',
  policyVersion: '1',
  shape: '0'.repeat(64),
};

const onDay = (day: number, change: Partial<AuditRecord> = {}): AuditRecord => ({
  ...RECORD,
  at: `2026-01-0${day}T00:00:00.000Z`,
  requestId: `request-${day}`,
  ...change,
});

const readersSince = (day: number, entity: ReadersQuery['entity'] = null): ReadersQuery => ({
  field: 'Account.email',
  since: new Date(`2026-01-0${day}T00:00:00Z`),
  entity,
  limit: null,
});

/** A ledger of one writer: three batches of three records, on three days. */
async function writeLedger() {
  const { pool, database } = await openAccessDesk('accounts');
  const writer = randomUUID();
  const write = createWriteBatch(pool, writer);
  for (const day of [1, 2, 3]) {
    await write([
      onDay(day),
      onDay(day, { subject: 'ben', effects: { 'Account.email': 'denied:unruled' } }),
      onDay(day, { subject: 'cem', effects: { 'Account.email': 'masked:hash' } }),
    ]);
  }
  return {
    pool,
    writer,
    write,
    /** Runs a script as a superuser whom no trigger stops. */
    tamper: (script: string) => database.run(`SET session_replication_role = replica; ${script}`),
    async finding() {
      const [report] = await verifyChains(pool);
      const { kind, sequence, place } = report?.finding ?? {};
      return report?.finding === null ? null : { kind, sequence, place };
    },
  };
}

test('a ledger as it was written is found to be so, and its head is that of the last batch', async () => {
  const { pool, writer } = await writeLedger();

  const reports = await verifyChains(pool);

  expect(reports).toEqual([
    {
      writer,
      head: expect.stringMatching(new RegExp(`^${writer}:3:[\\da-f]{64}$`)),
      batches: 3,
      records: 9,
      forgotten: 0,
      finding: null,
    },
  ]);
});

const RECORD_2_2 = 'sequence = 2 AND place = 2';

test.each([
  [
    'a record that was changed',
    `UPDATE meshgate.audit_record SET record = jsonb_set(record, '{subject}', '"eve"') WHERE ${RECORD_2_2}`,
    { kind: 'changed', sequence: 2, place: 2 },
  ],
  [
    'a record whose hash was changed',
    `UPDATE meshgate.audit_record SET hash = repeat('0', 64) WHERE ${RECORD_2_2}`,
    { kind: 'changed', sequence: 2, place: 2 },
  ],
  [
    'a record that was removed',
    `DELETE FROM meshgate.audit_record WHERE ${RECORD_2_2}`,
    { kind: 'removed', sequence: 2, place: 2 },
  ],
  [
    'a record that was inserted at the end of a batch',
    `INSERT INTO meshgate.audit_record (writer, sequence, place, hash, record)
     SELECT writer, 2, 4, hash, record FROM meshgate.audit_record WHERE ${RECORD_2_2}`,
    { kind: 'inserted', sequence: 2, place: 4 },
  ],
  [
    'a record that was inserted into no batch',
    `INSERT INTO meshgate.audit_record (writer, sequence, place, hash, record)
     SELECT writer, 9, 1, hash, record FROM meshgate.audit_record WHERE ${RECORD_2_2}`,
    { kind: 'inserted', sequence: 9, place: 1 },
  ],
  [
    'a count that was changed',
    `UPDATE meshgate.audit_record SET record = jsonb_set(record, '{shown,Account.email}', '1') WHERE ${RECORD_2_2}`,
    { kind: 'changed', sequence: 2, place: 2 },
  ],
  [
    'two records that changed places',
    `UPDATE meshgate.audit_record SET place = place + 10 WHERE sequence = 2;
     UPDATE meshgate.audit_record SET place = CASE place WHEN 11 THEN 2 WHEN 12 THEN 1 ELSE 3 END
     WHERE sequence = 2`,
    { kind: 'changed', sequence: 2, place: null },
  ],
  [
    'a batch that was changed',
    `UPDATE meshgate.audit_batch SET last_at = '2025-01-01T00:00:00.000Z' WHERE sequence = 2`,
    { kind: 'changed', sequence: 2, place: null },
  ],
  [
    'a batch that was removed',
    `DELETE FROM meshgate.audit_record WHERE sequence = 2;
     DELETE FROM meshgate.audit_batch WHERE sequence = 2`,
    { kind: 'removed', sequence: 2, place: null },
  ],
  [
    'two batches that changed places',
    `UPDATE meshgate.audit_batch SET sequence = sequence + 10;
     UPDATE meshgate.audit_batch SET sequence = CASE sequence WHEN 11 THEN 2 WHEN 12 THEN 1 ELSE 3 END`,
    { kind: 'changed', sequence: 1, place: null },
  ],
  [
    'a chain whose end was cut off',
    `DELETE FROM meshgate.audit_record WHERE sequence = 3;
     DELETE FROM meshgate.audit_batch WHERE sequence = 3`,
    { kind: 'removed', sequence: 3, place: null },
  ],
  [
    'a chain without its head',
    'DELETE FROM meshgate.audit_head',
    { kind: 'removed', sequence: 3, place: null },
  ],
])('finds %s', async (_, script, finding) => {
  const ledger = await writeLedger();

  await ledger.tamper(script);

  expect(await ledger.finding()).toEqual(finding);
});

test('finds a batch that was inserted, with all its hashes right, at the end of a chain', async () => {
  const { tamper, writer, pool, finding } = await writeLedger();
  const [last] = await pool.query<{ hash: string; records_hash: string }>(
    'SELECT hash, records_hash FROM meshgate.audit_batch WHERE sequence = 3',
  );
  const seal = {
    writer,
    sequence: 4,
    records: 3,
    lastAt: '2026-01-03T00:00:00.000Z',
    previousHash: last?.hash ?? '',
    recordsHash: last?.records_hash ?? '',
  };

  await tamper(`
    INSERT INTO meshgate.audit_batch VALUES ('${writer}', 4, 3, '${seal.lastAt}',
      '${seal.previousHash}', '${seal.recordsHash}', '${hashBatch(seal)}');
    INSERT INTO meshgate.audit_record (writer, sequence, place, hash, record)
    SELECT writer, 4, place, hash, record FROM meshgate.audit_record WHERE sequence = 3`);

  expect(await finding()).toEqual({ kind: 'inserted', sequence: 4, place: null });
});

test('a head that was noted finds an end that was cut off together with its head, and a chain that is gone', async () => {
  const { tamper, pool, writer } = await writeLedger();
  const [report] = await verifyChains(pool);
  const noted = { writer, sequence: 3, hash: report?.head.split(':')[2] ?? '' };
  await tamper(`
    DELETE FROM meshgate.audit_record WHERE sequence = 3;
    DELETE FROM meshgate.audit_batch WHERE sequence = 3;
    UPDATE meshgate.audit_head SET sequence = 2,
      hash = (SELECT hash FROM meshgate.audit_batch WHERE sequence = 2)`);

  const unnoticed = await verifyChains(pool);
  const noticed = await verifyChains(pool, [noted]);
  const gone = await verifyChains(pool, [noted, { ...noted, writer: randomUUID() }]);

  expect(unnoticed).toMatchObject([{ finding: null }]);
  expect(noticed).toMatchObject([{ finding: { kind: 'removed', sequence: 3 } }]);
  expect(gone).toMatchObject([{ finding: { sequence: 3 } }, { finding: { kind: 'removed' } }]);
});

test.each([
  ['changes a record', 'UPDATE meshgate.audit_record SET place = 7 WHERE place = 1'],
  ['removes a record', 'DELETE FROM meshgate.audit_record'],
  ['removes all records', 'TRUNCATE meshgate.audit_record'],
  ['changes a batch', 'UPDATE meshgate.audit_batch SET records = 1'],
  ['removes batches', 'TRUNCATE meshgate.audit_batch CASCADE'],
  ['turns a head back', 'UPDATE meshgate.audit_head SET sequence = 1'],
  ['removes a head', 'DELETE FROM meshgate.audit_head'],
])('nobody %s while the triggers are on', async (_, statement) => {
  const { pool } = await writeLedger();

  const change = pool.query(statement);

  await expect(change).rejects.toThrow(/history and stay|go forward only/);
});

test('what is forgotten leaves a chain that holds, and one that is written on', async () => {
  const { pool, write, tamper, finding } = await writeLedger();

  const forgotten = await forgetRecords(pool, new Date('2026-01-03T00:00:00Z'));
  await write([onDay(4)]);

  expect(forgotten).toEqual({ batches: 2, records: 6 });
  expect(await verifyChains(pool)).toMatchObject([
    { batches: 2, records: 4, forgotten: 6, finding: null },
  ]);
  await tamper(`DELETE FROM meshgate.audit_record WHERE sequence = 3;
    DELETE FROM meshgate.audit_batch WHERE sequence = 3`);
  expect(await finding()).toEqual({ kind: 'removed', sequence: 3, place: null });
});

test('all can be forgotten, once', async () => {
  const { pool } = await writeLedger();

  const first = await forgetRecords(pool, new Date('2027-01-01T00:00:00Z'));
  const second = await forgetRecords(pool, new Date('2027-01-01T00:00:00Z'));

  expect(first).toEqual({ batches: 3, records: 9 });
  expect(second).toEqual({ batches: 0, records: 0 });
  expect(await verifyChains(pool)).toMatchObject([{ records: 0, forgotten: 9, finding: null }]);
});

test('a batch that was written unnoticed is not written again', async () => {
  const { pool } = await openAccessDesk('accounts');
  let breaks = true;
  const broken: typeof pool = {
    ...pool,
    async query(sql, parameters) {
      const rows = await pool.query<never>(sql, parameters);
      if (breaks) throw new Error('the connection was lost');
      return rows;
    },
  };
  const write = createWriteBatch(broken, randomUUID());

  await expect(write([onDay(1)])).rejects.toThrow('the connection was lost');
  breaks = false;
  await write([onDay(1)]);
  await write([onDay(2)]);

  expect(await verifyChains(pool)).toMatchObject([{ batches: 2, records: 2, finding: null }]);
});

test('says of each caller how often a field was seen, masked and refused', async () => {
  const { pool, write } = await writeLedger();
  await write([
    onDay(4, { purpose: 'churn', grants: ['g-2', 'g-1'] }),
    onDay(4, { outcome: 'refused' }),
    onDay(4, { effects: { 'Account.phone': 'allowed' } }),
  ]);

  const readers = await findReaders(pool, readersSince(2));

  const no = { seen: 0, masked: 0, refused: 0, valuesSeen: 0, valuesMasked: 0, uncounted: 0 };
  const noneSeen = { leastEntitiesSeen: 0, mostEntitiesSeen: 0 };
  const noneMasked = { leastEntitiesMasked: 0, mostEntitiesMasked: 0 };
  const none = {
    unsure: 0,
    ...no,
    ...noneSeen,
    ...noneMasked,
    lastSeenAt: null,
    purposes: [],
    grants: [],
  };
  const onThird = { issuer: 'https://id.example', lastAt: onDay(3).at };
  expect(readers).toEqual([
    {
      issuer: 'https://id.example',
      subject: 'ada',
      seen: 3,
      masked: 0,
      refused: 1,
      valuesSeen: 6,
      valuesMasked: 0,
      ...noneMasked,
      leastEntitiesSeen: 2,
      mostEntitiesSeen: 6,
      unsure: 0,
      uncounted: 0,
      lastSeenAt: onDay(4).at,
      lastAt: onDay(4).at,
      purposes: ['churn'],
      grants: ['g-1', 'g-2'],
    },
    {
      ...none,
      ...onThird,
      subject: 'cem',
      masked: 2,
      valuesMasked: 4,
      leastEntitiesMasked: 2,
      mostEntitiesMasked: 4,
    },
    { ...none, ...onThird, subject: 'ben', refused: 2 },
  ]);
});

test('records of earlier forms hold beside those of now, and who says what they do not count', async () => {
  const { pool, write } = await writeLedger();
  const { form: _, shown: _shown, entities: _first, ...first } = onDay(4, { subject: 'dee' });
  const { entities: _second, ...second } = onDay(4, {
    subject: 'eli',
    shown: { 'Account.email': 5 },
  });

  await write([first as AuditRecord, onDay(4, { subject: 'dee' })]);
  await write([{ ...second, form: 2 } as unknown as AuditRecord, onDay(4, { subject: 'eli' })]);

  expect(await verifyChains(pool)).toMatchObject([{ records: 13, finding: null }]);
  const readers = await findReaders(pool, readersSince(4));
  const least = { seen: 2, leastEntitiesSeen: 2 };
  expect(readers).toMatchObject([
    { ...least, subject: 'dee', valuesSeen: 2, mostEntitiesSeen: null, uncounted: 1 },
    { ...least, subject: 'eli', valuesSeen: 7, mostEntitiesSeen: 7, uncounted: 0 },
  ]);
});

const HASHED = createHashedKeys('of-the-ledger');

/** Keys of accounts as records have them. */
const naming = (
  form: EntityKeyForm,
  keys: readonly string[],
  more?: true,
): Partial<AuditRecord> => ({
  entityKeys: form.name,
  entities: {
    'Account.email': {
      ...{ count: keys.length + (more ? 1 : 0), exact: true },
      keys: keys.flatMap((key) => form.toKept(key) ?? []),
      ...(more && { more }),
    },
  },
});

test('says who saw the field of one entity, by its key or by the hash of it, and who may have', async () => {
  const { pool, write } = await writeLedger();
  const other = createHashedKeys('of-another-time');
  await write([
    onDay(4, { subject: 'ada', ...naming(PLAIN_KEYS, ['A-1', 'A-2']) }),
    onDay(4, { subject: 'ada', ...naming(HASHED, ['A-1']) }),
    onDay(4, { subject: 'ada', ...naming(HASHED, ['A-2']) }),
    onDay(4, { subject: 'ben', ...naming(HASHED, ['A-2'], true) }),
    onDay(4, { subject: 'ben', effects: { 'Account.email': 'denied:unruled' }, shown: {} }),
    onDay(4, {
      ...{ subject: 'cem', effects: { 'Account.email': 'masked:hash' as const } },
      ...naming(HASHED, ['A-1']),
    }),
    onDay(4, { subject: 'dee', ...naming(PLAIN_KEYS, ['A-2']) }),
    onDay(4, { subject: 'eli', shown: {}, entities: {} }),
    onDay(4, { subject: 'fay', ...naming(other, ['A-1']) }),
    onDay(4, { subject: 'gus' }),
  ]);
  const ask = (hashed: EntityKeyForm | null) =>
    findReaders(pool, readersSince(4, { key: 'A-1', hashed }));
  const counts = (readers: Awaited<ReturnType<typeof ask>>) =>
    readers.map(({ subject, seen, masked, refused, unsure }) =>
      [subject, seen, masked, refused, unsure].join(' '),
    );

  expect(counts(await ask(HASHED))).toEqual([
    'ada 2 0 0 0',
    'cem 0 1 0 0',
    'ben 0 0 0 1',
    'fay 0 0 0 1',
    'gus 0 0 0 1',
  ]);
  expect(counts(await ask(null))).toEqual([
    'ada 1 0 0 2',
    'ben 0 0 0 1',
    'cem 0 0 0 1',
    'fay 0 0 0 1',
    'gus 0 0 0 1',
  ]);
});

test('a key that was changed, taken out or put in is found, and keys go when their record is forgotten', async () => {
  const { pool, write, tamper, finding } = await writeLedger();
  await write([onDay(4, naming(PLAIN_KEYS, ['A-1', 'A-2']))]);
  const keys = '{entities,Account.email,keys}';
  const set = (value: string, path = keys) =>
    tamper(`UPDATE meshgate.audit_record SET record = jsonb_set(record, '${path}', '${value}')
      WHERE sequence = 4`);
  const found = [await finding()];

  for (const given of ['["A-1", "A-3"]', '["A-1"]', '["A-1", "A-2", "A-3"]', '["A-2", "A-1"]']) {
    await set(given);
    found.push(await finding());
  }
  await set('["A-1", "A-2"]');
  found.push(await finding());
  await set('true', '{entities,Account.email,more}');
  found.push(await finding());
  await set('null', '{entities,Account.email,more}');

  const changed = { kind: 'changed', sequence: 4, place: 1 };
  expect(found).toEqual([null, changed, changed, changed, changed, null, changed]);
  await forgetRecords(pool, new Date('2026-01-05T00:00:00Z'));
  const [left] = await pool.query<{ text: string | null }>(
    `SELECT string_agg(record::text, '') AS text FROM meshgate.audit_record`,
  );
  expect(left?.text).toBeNull();
});

test('exports the records of a time in the order of their instants', async () => {
  const { pool, writer } = await writeLedger();
  const pages = [];

  const [since, until] = [new Date('2026-01-02T00:00:00Z'), new Date('2026-01-03T00:00:00Z')];
  for await (const page of exportRecords(pool, since, until)) pages.push(page);

  expect(pages.flat().map(({ subject, place }) => [subject, place])).toEqual([
    ['ada', 1],
    ['ben', 2],
    ['cem', 3],
  ]);
  expect(pages.flat()[0]).toMatchObject({ ...onDay(2), writer, sequence: 2 });
});
