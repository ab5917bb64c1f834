import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction, type TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import { CHAIN_START } from './audit-chain.ts';
import {
  type BatchRow,
  type ChainEnd,
  checkBatch,
  type Finding,
  type RecordRow,
} from './check-batch.ts';

/** What was found of the chain of one writer. */
export interface ChainReport {
  readonly writer: string;
  /** Where it ends, to be noted elsewhere. */
  readonly head: string;
  /** Counts of what was looked at. */
  readonly batches: number;
  readonly records: number;
  /** Records that retention has taken away, a count. */
  readonly forgotten: number;
  /** The first thing that is not as it was written; null when all is. */
  readonly finding: Finding | null;
}

/** The end of a chain as it was noted earlier. */
export interface NotedHead {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
}

interface ChainRow {
  readonly writer: string;
  readonly head: number | null;
  readonly head_hash: string | null;
  readonly through: number | null;
  readonly through_hash: string | null;
  readonly forgotten: number;
}

const PAGE_BATCHES = 100;

const CHAINS = `
SELECT chain.writer, head.sequence::float8 AS head, head.hash AS head_hash,
  latest.through_sequence::float8 AS through, latest.hash AS through_hash,
  coalesce((SELECT sum(one.records) FROM meshgate.audit_tombstone AS one
    WHERE one.writer = chain.writer), 0)::float8 AS forgotten
FROM (
  SELECT writer FROM meshgate.audit_head UNION SELECT writer FROM meshgate.audit_batch
  UNION SELECT writer FROM meshgate.audit_record UNION SELECT writer FROM meshgate.audit_tombstone
) AS chain
LEFT JOIN meshgate.audit_head AS head ON head.writer = chain.writer
LEFT JOIN LATERAL (
  SELECT through_sequence, hash FROM meshgate.audit_tombstone
  WHERE writer = chain.writer ORDER BY through_sequence DESC LIMIT 1
) AS latest ON true
ORDER BY chain.writer`;

const BATCHES = `
SELECT sequence::float8 AS sequence, records, last_at, previous_hash, records_hash, hash
FROM meshgate.audit_batch WHERE writer = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`;

const RECORDS = `
SELECT sequence::float8 AS sequence, place, hash, record
FROM meshgate.audit_record
WHERE writer = $1 AND sequence BETWEEN $2 AND $3 ORDER BY sequence, place`;

const STRAY = `
SELECT record.sequence::float8 AS sequence, record.place FROM meshgate.audit_record AS record
WHERE record.writer = $1 AND NOT EXISTS (
  SELECT FROM meshgate.audit_batch AS batch
  WHERE batch.writer = record.writer AND batch.sequence = record.sequence
) ORDER BY record.sequence, record.place LIMIT 1`;

/**
 * Walks every chain of the ledger, in one snapshot of the database, and stops in each at the first
 * thing that is not as it was written.
 *
 * @param noted Heads that were noted earlier: their chains must still hold them.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`.
 */
export async function verifyChains(
  pool: PostgresPool,
  noted: readonly NotedHead[] = [],
): Promise<readonly ChainReport[]> {
  return inTransaction(
    pool,
    async (client) => {
      const reports: ChainReport[] = [];
      const chains = await client.query<ChainRow>(CHAINS);
      for (const chain of chains) {
        const own = noted.filter(({ writer }) => writer === chain.writer);
        reports.push(await verifyChain(client, chain, own));
      }
      const missing = noted.filter((one) => !chains.some(({ writer }) => writer === one.writer));
      return [...reports, ...missing.map(reportMissing)];
    },
    { mode: 'read-only', parameters: { statement_timeout: '0' } },
  );
}

async function verifyChain(
  client: TransactionClient,
  chain: ChainRow,
  noted: readonly NotedHead[],
): Promise<ChainReport> {
  const { writer } = chain;
  let end: ChainEnd = { sequence: chain.through ?? 0, hash: chain.through_hash ?? CHAIN_START };
  let batches = 0;
  let records = 0;
  let finding: Finding | null = null;
  for await (const [batch, own] of readBatches(client, writer)) {
    finding = checkBatch(writer, end, batch, own) ?? contradictsNote(batch, noted);
    if (finding !== null) break;
    end = { sequence: batch.sequence, hash: batch.hash };
    batches += 1;
    records += own.length;
  }
  finding ??= checkEnd(chain, end, noted) ?? (await findStray(client, writer));
  const head = `${writer}:${chain.head ?? 0}:${chain.head_hash ?? CHAIN_START}`;
  return { writer, head, batches, records, forgotten: chain.forgotten, finding };
}

/** Reads a chain from 0 on, so that what stands below a tombstone shows. */
async function* readBatches(
  client: TransactionClient,
  writer: string,
): AsyncGenerator<readonly [BatchRow, readonly RecordRow[]], void> {
  let after = 0;
  for (;;) {
    const page = await client.query<BatchRow>(BATCHES, [writer, after, PAGE_BATCHES]);
    const [first, last] = [page[0], page.at(-1)];
    if (first === undefined || last === undefined) return;
    const rows = await client.query<RecordRow>(RECORDS, [writer, first.sequence, last.sequence]);
    for (const batch of page) {
      yield [batch, rows.filter(({ sequence }) => sequence === batch.sequence)];
    }
    after = last.sequence;
  }
}

function contradictsNote(
  { sequence, hash }: BatchRow,
  noted: readonly NotedHead[],
): Finding | null {
  const isOther = noted.some((one) => one.sequence === sequence && one.hash !== hash);
  return isOther
    ? { kind: 'changed', sequence, place: null, why: 'it is not the noted one' }
    : null;
}

function checkEnd(
  chain: ChainRow,
  { sequence, hash }: ChainEnd,
  noted: readonly NotedHead[],
): Finding | null {
  const reached = Math.max(chain.head ?? 0, ...noted.map((one) => one.sequence));
  if (reached > sequence) {
    const why = 'the chain ends before its head';
    return { kind: 'removed', sequence: sequence + 1, place: null, why };
  }
  if (chain.head === null) {
    return { kind: 'removed', sequence, place: null, why: 'the head of the chain is gone' };
  }
  if (chain.head < sequence) {
    const why = 'it comes after the head of the chain';
    return { kind: 'inserted', sequence: chain.head + 1, place: null, why };
  }
  if (chain.head_hash === hash) return null;
  return { kind: 'changed', sequence, place: null, why: 'the head of the chain has another hash' };
}

async function findStray(client: TransactionClient, writer: string): Promise<Finding | null> {
  const [stray] = await client.query<{ sequence: number; place: number }>(STRAY, [writer]);
  return stray === undefined ? null : { kind: 'inserted', ...stray, why: 'it belongs to no batch' };
}

function reportMissing({ writer, sequence, hash }: NotedHead): ChainReport {
  const finding: Finding = { kind: 'removed', sequence: 1, place: null, why: 'the whole chain' };
  const head = `${writer}:${sequence}:${hash}`;
  return { writer, head, batches: 0, records: 0, forgotten: 0, finding };
}
