import pg from 'pg';
import { MeshgateError } from '../errors/meshgate-error.ts';

/**
 * Classes and codes that say "not now" rather than "not like this": connection
 * exceptions, insufficient resources, a server going down or coming up, and a
 * statement stopped by its time limit.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const UNAVAILABLE = /^(08|53|57P0[123]|57014)/;

/** A text or JSON parameter holds a character that Postgres has no place for: NUL. */
const UNSTORABLE_CHARACTER = /^(22021|22P05)$/;

/**
 * Gives an error of the driver a code of the catalog and keeps it as the cause.
 *
 * @returns `DATABASE_UNAVAILABLE` when trying again may help, `INPUT_INVALID` when a parameter
 *   holds a character that no text may hold, else `INTERNAL_ERROR`.
 */
export function toPostgresError(error: unknown): MeshgateError {
  if (error instanceof MeshgateError) return error;
  const state = error instanceof pg.DatabaseError ? (error.code ?? null) : null;
  const reason = error instanceof Error ? error.message : String(error);
  // Without a SQLSTATE it never reached Postgres or never came back: refused, reset, timed out.
  if (state === null || UNAVAILABLE.test(state)) {
    return new MeshgateError('DATABASE_UNAVAILABLE', {
      message: `The database did not answer: ${reason}.`,
      cause: error,
    });
  }
  if (UNSTORABLE_CHARACTER.test(state)) {
    return new MeshgateError('INPUT_INVALID', {
      message:
        'An argument holds the character NUL (U+0000), which no text may hold; leave it out.',
      cause: error,
    });
  }
  return new MeshgateError('INTERNAL_ERROR', {
    message: `Postgres refused a statement: ${reason} (SQLSTATE ${state}).`,
    cause: error,
  });
}
