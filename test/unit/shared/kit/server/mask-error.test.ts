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
