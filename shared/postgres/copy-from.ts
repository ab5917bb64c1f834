import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';

/**
 * Streams bytes into `COPY … FROM STDIN` and waits until Postgres has taken them.
 *
 * A source that fails ends the COPY with an error, so nothing of it is kept.
 */
export async function copyFrom(
  client: pg.ClientBase,
  statement: string,
  source: Readable,
): Promise<number> {
  const copy = client.query(from(statement));
  await pipeline(source, copy);
  return copy.rowCount;
}
