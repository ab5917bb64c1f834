import { expect, test } from 'vitest';
import { toRequestParameters } from '../../../../../gateway/portal/playground/request-parameters.ts';

test('an operation name that the document holds is sent', () => {
  const parameters = { query: 'query A { a } query B { b }', operationName: 'B', variables: {} };

  expect(toRequestParameters(parameters)).toEqual(parameters);
});

test.each(['B', '', null, undefined])('the operation name %j is left out', (operationName) => {
  expect(toRequestParameters({ query: 'query A { a }', operationName })).toEqual({
    query: 'query A { a }',
    variables: undefined,
  });
});
