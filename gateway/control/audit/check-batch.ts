import { hashBatch, hashRecord, hashRecords } from './audit-chain.ts';

/** A batch as the database has it. */
export interface BatchRow {
  readonly sequence: number;
  readonly records: number;
  readonly last_at: string;
  readonly previous_hash: string;
  readonly records_hash: string;
  readonly hash: string;
}

export interface RecordRow {
  readonly sequence: number;
  readonly place: number;
  readonly hash: string;
  readonly record: unknown;
}

/** What a chain has come to before a batch. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

/** Something that is not as it was written. */
export interface Finding {
  readonly kind: 'changed' | 'removed' | 'inserted';
  readonly sequence: number;
  /** In the batch, from 1 on; null for the batch itself. */
  readonly place: number | null;
  readonly why: string;
}

/**
 * Holds a batch against what comes before it, against its own hash, and its records against both.
 *
 * @param records Those of the batch, by their places.
 * @returns The first finding; null when all is as it was written.
 */
export function checkBatch(
  writer: string,
  end: ChainEnd,
  batch: BatchRow,
  records: readonly RecordRow[],
): Finding | null {
  const { sequence, previous_hash: previousHash, records_hash: recordsHash } = batch;
  const found = (
    kind: Finding['kind'],
    at: number,
    place: number | null,
    why: string,
  ): Finding => ({
    kind,
    sequence: at,
    place,
    why,
  });
  if (sequence <= end.sequence) return found('inserted', sequence, null, 'it was forgotten before');
  if (sequence > end.sequence + 1) {
    return found('removed', end.sequence + 1, null, 'the next one in the chain is a later one');
  }
  if (previousHash !== end.hash) {
    return found('changed', sequence, null, 'it does not follow the batch before it');
  }
  const seal = { writer, sequence, records: batch.records, lastAt: batch.last_at };
  if (hashBatch({ ...seal, previousHash, recordsHash }) !== batch.hash) {
    return found('changed', sequence, null, 'its hash is that of another');
  }
  for (let place = 1; place <= batch.records; place += 1) {
    const record = records[place - 1];
    if (record?.place !== place) return found('removed', sequence, place, 'its place is empty');
    if (hashRecord(record.record) !== record.hash) {
      return found('changed', sequence, place, 'its hash is that of another');
    }
  }
  const extra = records[batch.records];
  if (extra !== undefined) {
    return found('inserted', sequence, extra.place, 'the batch was written without it');
  }
  if (hashRecords(records.map(({ hash }) => hash)) === recordsHash) return null;
  return found('changed', sequence, null, 'its records are others, or in another order');
}
