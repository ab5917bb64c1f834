import { expect, test } from 'vitest';
import {
  parseBodyParameters,
  parseSearchParameters,
} from '../../../../gateway/http/parse-graphql-parameters.ts';

const bodyOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('a body holds all four parameters', () => {
  const parameters = {
    query: '{ a }',
    operationName: 'A',
    variables: { id: 1 },
    extensions: { hash: 'x' },
  };

  expect(parseBodyParameters(bodyOf(parameters))).toEqual(parameters);
});

test('absent and null parameters are the same', () => {
  const expected = { query: '{ a }', operationName: null, variables: null, extensions: null };

  expect(parseBodyParameters(bodyOf({ query: '{ a }' }))).toEqual(expected);
  expect(parseBodyParameters(bodyOf(expected))).toEqual(expected);
});

test('other keys of a body are ignored', () => {
  expect(parseBodyParameters(bodyOf({ query: '{ a }', id: 'x', __proto__: {} }))).toEqual({
    query: '{ a }',
    operationName: null,
    variables: null,
    extensions: null,
  });
});

test.each<[string, Buffer, string]>([
  ['empty', Buffer.from(''), 'Expected a JSON object in the request body, given an empty body.'],
  [
    'cut off',
    Buffer.from('{"query":"{ a'),
    'Expected JSON in the request body, given a text that is not valid JSON.',
  ],
  [
    'not UTF-8',
    Buffer.from([0x7b, 0xff, 0x7d]),
    'Expected a request body in UTF-8, given bytes that are not.',
  ],
  [
    'null',
    bodyOf(null),
    'Expected the request body to be a JSON object with the key "query", given null.',
  ],
  [
    'a list of operations',
    bodyOf([{ query: '{ a }' }]),
    'Expected the request body to be a JSON object with the key "query", given an array. Send one operation for each request.',
  ],
  [
    'without query',
    bodyOf({}),
    'Expected the parameter "query" to be a GraphQL document, given nothing.',
  ],
  [
    'with a query of the wrong kind',
    bodyOf({ query: 7 }),
    'Expected the parameter "query" to be a GraphQL document, given a number.',
  ],
  [
    'with an empty query',
    bodyOf({ query: '' }),
    'Expected the parameter "query" to be a GraphQL document, given an empty string.',
  ],
  [
    'with an operation name of the wrong kind',
    bodyOf({ query: '{ a }', operationName: {} }),
    'Expected the parameter "operationName" to be a string or null, given an object.',
  ],
  [
    'with variables of the wrong kind',
    bodyOf({ query: '{ a }', variables: [] }),
    'Expected the parameter "variables" to be a JSON object or null, given an array.',
  ],
  [
    'with extensions of the wrong kind',
    bodyOf({ query: '{ a }', extensions: true }),
    'Expected the parameter "extensions" to be a JSON object or null, given a boolean.',
  ],
])('a body that is %s is refused with what was expected and given', (_case, body, message) => {
  expect(() => parseBodyParameters(body)).toThrow(
    expect.objectContaining({ code: 'REQUEST_MALFORMED', message }),
  );
});

test('a query string holds maps as JSON', () => {
  const search = { query: '{ a }', operationName: '', variables: '{"id":1}', extensions: 'null' };

  expect(parseSearchParameters(search)).toEqual({
    query: '{ a }',
    operationName: null,
    variables: { id: 1 },
    extensions: null,
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['no query', {}, 'Expected the parameter "query" to be a GraphQL document, given nothing.'],
  [
    'two queries',
    { query: ['{ a }', '{ b }'] },
    'Expected the parameter "query" once, given several times.',
  ],
  [
    'variables that are not JSON',
    { query: '{ a }', variables: '{id:1}' },
    'Expected JSON in the parameter "variables", given a text that is not valid JSON.',
  ],
  [
    'variables that are a list',
    { query: '{ a }', variables: '[1]' },
    'Expected the parameter "variables" to be a JSON object or null, given an array.',
  ],
])(
  'a query string with %s is refused with what was expected and given',
  (_case, search, message) => {
    expect(() => parseSearchParameters(search)).toThrow(
      expect.objectContaining({ code: 'REQUEST_MALFORMED', message }),
    );
  },
);
