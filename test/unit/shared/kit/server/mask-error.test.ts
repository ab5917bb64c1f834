import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { maskError, toHiddenCause } from '../../../../../shared/kit/server/mask-error.ts';

test('an error from execution is masked, whatever code it claims', () => {
  const error = new GraphQLError('The secret is 4711.', {
    path: ['notes'],
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });

  const masked = maskError(error.toJSON(), error);

  expect(masked).toMatchObject({
    message: expect.not.stringContaining('4711'),
    path: ['notes'],
    extensions: { code: 'INTERNAL_ERROR' },
  });
  expect(toHiddenCause(error)).toBe(error);
});

test('extensions of an error about the request are reduced to its code', () => {
  const error = new GraphQLError('Syntax Error', {
    extensions: { code: 'GRAPHQL_PARSE_FAILED', stacktrace: ['at secret.ts'] },
  });

  expect(maskError(error.toJSON(), error)).toEqual({
    message: 'Syntax Error',
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
});

test('an error that a resolver declares public goes out with its own code and is not logged', () => {
  const extensions = { code: 'SHELF_FULL', public: true, shelf: 7 };
  const thrown = new GraphQLError('The shelf is full.', { extensions });
  const error = new GraphQLError(thrown.message, { path: ['place'], originalError: thrown });
  const formatted = {
    ...error.toJSON(),
    extensions: { ...extensions, stacktrace: ['at shelf.ts'] },
  };

  expect(maskError(formatted, error)).toEqual({
    message: 'The shelf is full.',
    path: ['place'],
    extensions,
  });
  expect(toHiddenCause(error)).toBeNull();
});

test.each([
  ['without a code', { public: true }],
  ['with a mark that is not true', { code: 'SHELF_FULL', public: 'true' }],
  ['without a mark', { code: 'SHELF_FULL' }],
])('an error %s is masked', (_what, extensions) => {
  const error = new GraphQLError('The shelf is full.', { path: ['place'], extensions });

  expect(maskError(error.toJSON(), error).extensions).toEqual({ code: 'INTERNAL_ERROR' });
  expect(toHiddenCause(error)).toBe(error);
});
