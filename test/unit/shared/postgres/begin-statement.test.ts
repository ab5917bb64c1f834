import { expect, test } from 'vitest';
import { toBeginStatement } from '../../../../shared/postgres/begin-statement.ts';

test('opens a transaction and sets parameters in one script', () => {
  expect(toBeginStatement('read-only', { 'mesh.claims': '{}', statement_timeout: '50' })).toBe(
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('mesh.claims', '{}', true), set_config('statement_timeout', '50', true)",
  );
});

test('opens a transaction without parameters', () => {
  expect(toBeginStatement('read-write')).toBe('BEGIN');
});

test('quotes and backslashes in a value stay inside its literal', () => {
  expect(toBeginStatement('read-write', { a: `'; DROP TABLE x; --\\` })).toBe(
    `BEGIN; SELECT set_config('a',  E'''; DROP TABLE x; --\\\\', true)`,
  );
});
