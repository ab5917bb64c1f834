/**
 * How the ledger is chained: a record has a hash, a batch the hash of its records' hashes, and the
 * hash of a batch covers that and the hash of the batch before.
 *
 * Pure; the form is a contract with whoever checks an export.
 *
 * @module
 */
import { createHash } from 'node:crypto';

/** Stands before the first batch of a chain. */
export const CHAIN_START = '0'.repeat(64);

/** What the hash of a batch covers. */
export interface BatchSeal {
  /** The gateway process that wrote it, as a UUID. */
  readonly writer: string;
  /** From 1 on, without a gap. */
  readonly sequence: number;
  /** A count, at least 1. */
  readonly records: number;
  /** The latest instant of its records. */
  readonly lastAt: string;
  readonly previousHash: string;
  readonly recordsHash: string;
}

/** @returns SHA-256 of the canonical JSON, in hex. */
export function hashRecord(record: unknown): string {
  return sha256(toCanonicalJson(record));
}

/** @param hashes Of the records of one batch, in their order. */
export function hashRecords(hashes: readonly string[]): string {
  return sha256(JSON.stringify(hashes));
}

export function hashBatch(seal: BatchSeal): string {
  const { writer, sequence, records, lastAt, previousHash, recordsHash } = seal;
  return sha256(toCanonicalJson({ writer, sequence, records, lastAt, previousHash, recordsHash }));
}

/**
 * Writes JSON with sorted keys and without spaces.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8785, which this follows for values without fractions.
 */
function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
