/**
 * Mutations that a client may send again without writing twice.
 *
 * Each product that has mutations creates this table in a migration of its own
 * and grants `SELECT, INSERT, UPDATE` on it to its runtime role:
 *
 * ```sql
 * CREATE TABLE idempotency_key (
 *   subject    text        NOT NULL,
 *   operation  text        NOT NULL,
 *   key        text        NOT NULL,
 *   input_hash text        NOT NULL,
 *   result     jsonb,
 *   created_at timestamptz NOT NULL DEFAULT now(),
 *   PRIMARY KEY (subject, operation, key)
 * );
 * ```
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { MeshgateError } from '../errors/meshgate-error.ts';
import type { ProductTransaction } from './product-database.ts';

/** What makes two calls the same call; the subject is added by the database session. */
export interface IdempotentCall {
  /** The client's key, 1 to 128 printable ASCII characters without spaces. */
  readonly key: string;
  /** The mutation's name, so that one key may serve two mutations. */
  readonly operation: string;
  /** The mutation's input; compared by value, whatever the order of its properties. */
  readonly input: unknown;
}

const KEY_FORM = /^[!-~]{1,128}$/;

const CLAIM_KEY = `
  INSERT INTO idempotency_key (subject, operation, key, input_hash)
  VALUES (coalesce(nullif(current_setting('mesh.claims', true), '')::jsonb ->> 'sub', ''), $1, $2, $3)
  ON CONFLICT DO NOTHING
  RETURNING key`;

const READ_RESULT = `
  SELECT input_hash AS "inputHash", result
  FROM idempotency_key
  WHERE subject = coalesce(nullif(current_setting('mesh.claims', true), '')::jsonb ->> 'sub', '')
    AND operation = $1 AND key = $2`;

const STORE_RESULT = `
  UPDATE idempotency_key SET result = $3
  WHERE subject = coalesce(nullif(current_setting('mesh.claims', true), '')::jsonb ->> 'sub', '')
    AND operation = $1 AND key = $2`;

/**
 * Runs `work` once per subject, operation and key, and answers a repeated call
 * with the stored result.
 *
 * The key is claimed by inserting it: a second call that arrives while the first
 * still runs waits on the unique index, and sees the first one's result once that
 * commits, or does the work itself should the first roll back.
 *
 * @param work Writes through the same transaction. Its result is stored as JSON,
 *   so it must survive a round trip: plain objects, no dates, no undefined.
 * @throws {MeshgateError} `INPUT_INVALID` for a malformed key, `IDEMPOTENCY_KEY_REUSED`
 *   when the key was used before with other input.
 */
export async function runIdempotent<Result>(
  transaction: ProductTransaction,
  call: IdempotentCall,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!KEY_FORM.test(call.key)) {
    throw new MeshgateError('INPUT_INVALID', {
      message: 'idempotencyKey must be 1 to 128 printable ASCII characters without spaces.',
      details: { argument: 'idempotencyKey' },
    });
  }

  const inputHash = hashInput(call.input);
  const claimed = await transaction.query(CLAIM_KEY, [call.operation, call.key, inputHash]);
  if (claimed.length === 0) return readResult<Result>(transaction, call, inputHash);

  const result = JSON.stringify(await work());
  await transaction.query(STORE_RESULT, [call.operation, call.key, result]);
  // The first answer takes the same path through JSON as every later one.
  return JSON.parse(result) as Result;
}

async function readResult<Result>(
  transaction: ProductTransaction,
  call: IdempotentCall,
  inputHash: string,
): Promise<Result> {
  const [stored] = await transaction.query<{ inputHash: string; result: Result }>(READ_RESULT, [
    call.operation,
    call.key,
  ]);
  if (stored?.inputHash !== inputHash) {
    throw new MeshgateError('IDEMPOTENCY_KEY_REUSED', { details: { argument: 'idempotencyKey' } });
  }
  return stored.result;
}

function hashInput(input: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sortProperties(input)))
    .digest('base64url');
}

function sortProperties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortProperties);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, member]) => [name, sortProperties(member)]));
}
