import { isUtf8 } from 'node:buffer';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { GraphqlParameters } from './edge-types.ts';
import { readDocumentId } from './read-document-id.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const PARAMETERS = ['query', 'documentId', 'doc_id', 'operationName', 'variables', 'extensions'];

/**
 * Reads the parameters of a POST request from its body.
 *
 * @throws {MeshgateError} `REQUEST_MALFORMED`, saying what was expected and what was given.
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
 */
export function parseBodyParameters(body: Buffer): GraphqlParameters {
  if (body.length === 0) {
    throw malformed('Expected a JSON object in the request body, given an empty body.');
  }
  const text = body.toString('utf8');
  // Decoding puts this character where it fails; looking for it is cheaper than checking every byte.
  if (text.includes('\uFFFD') && !isUtf8(body)) {
    throw malformed('Expected a request body in UTF-8, given bytes that are not.');
  }
  const parameters = parseJson(text, 'the request body');
  if (!isObject(parameters)) {
    throw malformed(
      `Expected the request body to be a JSON object with the key "query", given ${nameKind(parameters)}.${
        Array.isArray(parameters) ? ' Send one operation for each request.' : ''
      }`,
    );
  }
  const extensions = toMap(parameters.extensions, 'extensions');
  const documentId = readDocumentId(parameters, extensions);
  return {
    query: toQuery(parameters.query, documentId),
    documentId,
    operationName: toOperationName(parameters.operationName),
    variables: toMap(parameters.variables, 'variables'),
    extensions,
  };
}

/**
 * Reads the parameters of a GET request from its query string, where
 * `variables` and `extensions` are JSON texts.
 *
 * @param search The decoded query string; an array stands for a name given more than once.
 * @throws {MeshgateError} `REQUEST_MALFORMED`, saying what was expected and what was given.
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-GET
 */
export function parseSearchParameters(search: JsonObject): GraphqlParameters {
  for (const name of PARAMETERS) {
    if (Array.isArray(search[name])) {
      throw malformed(`Expected the parameter "${name}" once, given several times.`);
    }
  }
  const extensions = parseMap(search.extensions, 'extensions');
  const documentId = readDocumentId(search, extensions);
  return {
    query: toQuery(search.query, documentId),
    documentId,
    operationName: toOperationName(search.operationName || null),
    variables: parseMap(search.variables, 'variables'),
    extensions,
  };
}

function parseMap(text: unknown, name: string): JsonObject | null {
  if (typeof text !== 'string' || text === '') return null;
  return toMap(parseJson(text, `the parameter "${name}"`), name);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // V8's own message quotes the text, which may hold what no answer or log should.
    throw new MeshgateError('REQUEST_MALFORMED', {
      message: `Expected JSON in ${where}, given a text that is not valid JSON.`,
      cause,
    });
  }
}

/** An identifier may stand for the document. */
function toQuery(value: unknown, documentId: string | null): string | null {
  if (typeof value === 'string' && value !== '') return value;
  if (documentId !== null && (value === undefined || value === null || value === '')) return null;
  throw malformed(
    `Expected the parameter "query" to be a GraphQL document, given ${value === '' ? 'an empty string' : nameKind(value)}.`,
  );
}

function toOperationName(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw malformed(
    `Expected the parameter "operationName" to be a string or null, given ${nameKind(value)}.`,
  );
}

function toMap(value: unknown, name: string): JsonObject | null {
  if (value === undefined || value === null) return null;
  if (isObject(value)) return value;
  throw malformed(
    `Expected the parameter "${name}" to be a JSON object or null, given ${nameKind(value)}.`,
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function malformed(message: string): MeshgateError {
  return new MeshgateError('REQUEST_MALFORMED', { message });
}
