import { expect, test } from 'vitest';
import { toPostgresError } from '../../../../shared/postgres/to-postgres-error.ts';

const failure = (code: string | undefined) => Object.assign(new Error('It says so'), { code });

test.each(['08006', '53300', '57014', '57P01', 'ECONNREFUSED', undefined])(
  'the code %s means that trying again may help',
  (code) => {
    const cause = failure(code);

    expect(toPostgresError(cause)).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database did not answer: It says so.',
      cause,
    });
  },
);

test.each(['42P01', '23505', '22P02', '25006'])('the SQLSTATE %s is a refusal', (code) => {
  const cause = failure(code);

  expect(toPostgresError(cause)).toMatchObject({
    code: 'INTERNAL_ERROR',
    message: `Postgres refused a statement: It says so (SQLSTATE ${code}).`,
    cause,
  });
});

test('an error that has a code of the catalog already stays as it is', () => {
  const error = toPostgresError(failure('42P01'));

  expect(toPostgresError(error)).toBe(error);
});
