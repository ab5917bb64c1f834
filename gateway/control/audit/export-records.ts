import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { AuditRecord } from '../../audit/audit-record.ts';

/** A record of any form, written now or earlier. */
type KeptRecord = Omit<AuditRecord, 'form' | 'shown' | 'entities'> & Partial<AuditRecord>;

/** A record with its place in the ledger. */
export interface ExportedRecord extends KeptRecord {
  readonly writer: string;
  readonly sequence: number;
  readonly place: number;
  readonly hash: string;
}

interface ExportRow {
  readonly writer: string;
  readonly sequence: number;
  readonly place: number;
  readonly hash: string;
  readonly record: KeptRecord;
}

const PAGE_RECORDS = 1000;

const PAGE = `
SELECT writer, sequence::float8 AS sequence, place, hash, record FROM meshgate.audit_record
WHERE at >= $1 AND at < $2 AND (at, writer, sequence, place) > ($3, $4::uuid, $5, $6)
ORDER BY at, writer, sequence, place LIMIT $7`;

const FIRST = { at: '', writer: '00000000-0000-0000-0000-000000000000', sequence: 0, place: 0 };

/**
 * Reads the records of a time, page by page, in the order of their instants.
 *
 * @param until Exclusive.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function* exportRecords(
  pool: PostgresPool,
  since: Date,
  until: Date,
): AsyncGenerator<readonly ExportedRecord[], void> {
  let last = FIRST;
  for (;;) {
    const bounds = [since.toISOString(), until.toISOString()];
    const after = [last.at, last.writer, last.sequence, last.place];
    const rows = await pool.query<ExportRow>(PAGE, [...bounds, ...after, PAGE_RECORDS]);
    const end = rows.at(-1);
    if (end === undefined) return;
    last = { ...end, at: end.record.at };
    yield rows.map(({ record, ...place }) => ({ ...record, ...place }));
  }
}
