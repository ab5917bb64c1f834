import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { AuditRecord } from '../../audit/audit-record.ts';
import { CHAIN_START, hashBatch, hashRecord, hashRecords } from './audit-chain.ts';

/** One statement is one transaction: batch, records and head are all there or none. */
const WRITE = `
WITH batch AS (
  INSERT INTO meshgate.audit_batch
    (writer, sequence, records, last_at, previous_hash, records_hash, hash)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
), head AS (
  INSERT INTO meshgate.audit_head (writer, sequence, hash) VALUES ($1, $2, $7)
  ON CONFLICT (writer) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
)
INSERT INTO meshgate.audit_record (writer, sequence, place, hash, record)
SELECT $1, $2, one.place, one.hash, one.record
FROM unnest($8::text[], $9::jsonb[]) WITH ORDINALITY AS one (hash, record, place)`;

/**
 * Creates what writes the batches of one writer, each chained to the one before; one at a time.
 *
 * @param writer A UUID that no other process has or had.
 * @returns Rejects with `DATABASE_UNAVAILABLE` or `INTERNAL_ERROR`. A batch that failed is given
 *   again, and is written once even where the first attempt had succeeded unnoticed.
 */
export function createWriteBatch(
  pool: PostgresPool,
  writer: string,
): (records: readonly AuditRecord[]) => Promise<void> {
  let sequence = 1;
  let previousHash = CHAIN_START;
  let isUncertain = false;

  return async (records) => {
    const hashes = records.map(hashRecord);
    const recordsHash = hashRecords(hashes);
    const lastAt = records.reduce((latest, { at }) => (at > latest ? at : latest), '');
    const seal = { writer, sequence, records: records.length, lastAt, previousHash, recordsHash };
    const hash = hashBatch(seal);
    if (!isUncertain || !(await isHead(pool, writer, hash))) {
      isUncertain = true;
      const texts = records.map((record) => JSON.stringify(record));
      await pool.query(WRITE, [
        ...[writer, sequence, records.length, lastAt, previousHash, recordsHash, hash],
        ...[hashes, texts],
      ]);
    }
    isUncertain = false;
    sequence += 1;
    previousHash = hash;
  };
}

async function isHead(pool: PostgresPool, writer: string, hash: string): Promise<boolean> {
  const found = await pool.query(
    'SELECT 1 AS one FROM meshgate.audit_head WHERE writer = $1 AND hash = $2',
    [writer, hash],
  );
  return found.length > 0;
}
