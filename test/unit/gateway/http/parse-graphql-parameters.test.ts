import { expect, test } from 'vitest';
import {
  parseBodyParameters,
  parseSearchParameters,
} from '../../../../gateway/http/parse-graphql-parameters.ts';

const bodyOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('a body holds all parameters', () => {
  const parameters = {
    query: '{ a }',
    operationName: 'A',
    variables: { id: 1 },
    extensions: { hash: 'x' },
  };

  expect(parseBodyParameters(bodyOf(parameters))).toEqual({ ...parameters, documentId: null });
});

test.each<[string, object]>([
  ['documentId', { documentId: 'x-1' }],
  ['doc_id', { doc_id: 'x-1' }],
  ["Apollo's extension", { extensions: { persistedQuery: { version: 1, sha256Hash: 'x-1' } } }],
  ['several that are equal', { doc_id: 'x-1', documentId: 'x-1' }],
])('an identifier in %s stands for the query', (_, body) => {
  expect(parseBodyParameters(bodyOf(body))).toMatchObject({ query: null, documentId: 'x-1' });
  expect(parseBodyParameters(bodyOf({ ...body, query: '{ a }' }))).toMatchObject({
    query: '{ a }',
    documentId: 'x-1',
  });
});

test('a digest loses its prefix', () => {
  const digest = 'a'.repeat(64);

  expect(parseBodyParameters(bodyOf({ documentId: `sha256:${digest}` })).documentId).toBe(digest);
});

test.each<[object, string]>([
  [
    { extensions: { persistedQuery: { version: 2, sha256Hash: 'a' } } },
    'Expected the version 1 in extensions.persistedQuery, given another.',
  ],
  [
    { extensions: { persistedQuery: 'a' } },
    'Expected the version 1 in extensions.persistedQuery, given another.',
  ],
  [
    { extensions: { persistedQuery: { version: 1 } } },
    'Expected a sha256Hash in extensions.persistedQuery, given none.',
  ],
  [
    { documentId: 'x'.repeat(513) },
    'Expected "documentId" to be a text of 1 to 512 characters, given something else.',
  ],
  [{ doc_id: 7 }, 'Expected "doc_id" to be a text of 1 to 512 characters, given something else.'],
  [
    { documentId: 'sha256:A' },
    'Expected 64 lower-case hexadecimal digits behind "sha256:" in "documentId", given others.',
  ],
  [
    { documentId: 'a', doc_id: 'b' },
    'Expected one identifier of a document, given several that differ.',
  ],
])('%j is no identifier', (body, message) => {
  expect(() => parseBodyParameters(bodyOf(body))).toThrow(message);
});

test('absent and null parameters are the same', () => {
  const expected = {
    query: '{ a }',
    documentId: null,
    operationName: null,
    variables: null,
    extensions: null,
  };

  expect(parseBodyParameters(bodyOf({ query: '{ a }' }))).toEqual(expected);
  expect(parseBodyParameters(bodyOf(expected))).toEqual(expected);
});

test('other keys of a body are ignored', () => {
  expect(parseBodyParameters(bodyOf({ query: '{ a }', id: 'x', __proto__: {} }))).toEqual({
    query: '{ a }',
    documentId: null,
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
    documentId: null,
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
