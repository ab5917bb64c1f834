import pg from 'pg';
import { expect, test } from 'vitest';
import { toPostgresError } from '../../../../shared/postgres/to-postgres-error.ts';

/** What Postgres itself says. */
const refusal = (code: string) =>
  Object.assign(new pg.DatabaseError('It says so', 0, 'error'), { code });
/** What the operating system or the driver says. */
const failure = (code?: string) => Object.assign(new Error('It says so'), { code });

const passing = ['08006', '53300', '57014', '57P01'].map(refusal);
const lost = ['ECONNREFUSED', 'EPIPE', undefined].map(failure);

test.each([...passing, ...lost].map((cause) => ({ code: cause.code, cause })))(
  'the code $code means that trying again may help',
  ({ cause }) => {
    expect(toPostgresError(cause)).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database did not answer: It says so.',
      cause,
    });
  },
);

test.each(['42P01', '23505', '22P02', '25006'])('the SQLSTATE %s is a refusal', (code) => {
  const cause = refusal(code);

  expect(toPostgresError(cause)).toMatchObject({
    code: 'INTERNAL_ERROR',
    message: `Postgres refused a statement: It says so (SQLSTATE ${code}).`,
    cause,
  });
});

test.each(['22021', '22P05'])('the SQLSTATE %s is a matter of the client', (code) => {
  const cause = refusal(code);

  expect(toPostgresError(cause)).toMatchObject({
    code: 'INPUT_INVALID',
    message: 'An argument holds the character NUL (U+0000), which no text may hold; leave it out.',
    cause,
  });
});

test('an error that has a code of the catalog already stays as it is', () => {
  const error = toPostgresError(refusal('42P01'));

  expect(toPostgresError(error)).toBe(error);
});
