/**
 * Every error this project can report, in one table.
 *
 * A code is a contract: it is never renamed and never used for something else.
 * `docs/reference/errors.md` is generated from here.
 *
 * @module
 */

/** Who can act on an error: the caller, or the people who run the mesh. */
export type ErrorAudience = 'client' | 'operator';

/** One row of the catalog. */
export interface ErrorEntry {
  /** HTTP status where the error ends the request; 200 where it stands beside partial data. */
  readonly status: number;
  readonly audience: ErrorAudience;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** One sentence for the reader, without any value from the request. */
  readonly summary: string;
}

const RETRYABLE = true;

function entry(audience: ErrorAudience) {
  return (status: number, summary: string, retryable = false): ErrorEntry => ({
    status,
    audience,
    retryable,
    summary,
  });
}

const client = entry('client');
const operator = entry('operator');

export const ERROR_CATALOG = {
  // The HTTP request.
  REQUEST_MALFORMED: client(400, 'The request is not a well-formed GraphQL over HTTP request.'),
  REQUEST_TOO_LARGE: client(413, 'The request body is larger than this gateway accepts.'),
  MEDIA_TYPE_UNSUPPORTED: client(415, 'The request body must be sent as application/json.'),
  MEDIA_TYPE_NOT_ACCEPTABLE: client(
    406,
    'Answers are available as application/graphql-response+json and application/json only.',
  ),
  METHOD_NOT_ALLOWED: client(
    405,
    'This method is not allowed here; send queries by POST or GET and mutations by POST.',
  ),
  CROSS_SITE_REQUEST_REFUSED: client(
    403,
    'The request looks like one that a foreign web page forged; send application/json or the header x-meshgate-csrf.',
  ),
  ROUTE_UNKNOWN: client(404, 'Nothing is served at this address; the start page lists what is.'),
  CACHE_KEY_REFUSED: client(
    401,
    'Who wants answers forgotten must send the key of CACHE_INVALIDATION_KEY in the header authorization.',
  ),
  RATE_LIMITED: client(
    429,
    'This caller has sent more requests than it may in the current window.',
    RETRYABLE,
  ),
  GATEWAY_DRAINING: operator(
    503,
    'This gateway is shutting down and takes no new requests.',
    RETRYABLE,
  ),
  URL_TOO_LONG: client(414, 'The URL is longer than this gateway accepts; send the query by POST.'),
  HEADERS_TOO_LARGE: client(
    431,
    'The headers of the request are larger than this gateway accepts.',
  ),
  REQUEST_TIMEOUT: client(
    408,
    'The request did not arrive completely in the time this gateway waits for one.',
    RETRYABLE,
  ),

  // The caller.
  TOKEN_MALFORMED: client(401, 'The access token is not a signed JSON Web Token.'),
  TOKEN_EXPIRED: client(401, 'The access token has expired; get a new one.'),
  TOKEN_NOT_YET_VALID: client(401, 'The access token is not valid yet.', RETRYABLE),
  TOKEN_ISSUER_UNKNOWN: client(
    401,
    'The access token comes from an issuer that this gateway does not trust.',
  ),
  TOKEN_AUDIENCE_MISMATCH: client(401, 'The access token was made for another audience.'),
  TOKEN_SIGNATURE_INVALID: client(
    401,
    'The signature of the access token does not match a key of its issuer.',
  ),
  TOKEN_CLAIM_INVALID: client(
    401,
    'The access token lacks a required claim or has one of the wrong form.',
  ),
  TOKEN_REVOKED: client(401, 'The access token or API key was revoked; get a new one.'),
  TOKEN_INACTIVE: client(401, 'The issuer says that the access token is not active.'),
  API_KEY_INVALID: client(401, 'The API key is unknown or was revoked.'),
  ISSUER_UNREACHABLE: operator(
    503,
    'The keys of the token issuer could not be loaded, so the token cannot be checked.',
    RETRYABLE,
  ),
  AUTHENTICATION_REQUIRED: client(401, 'This needs a caller who is known; send an access token.'),
  UNAUTHORIZED_FIELD_OR_TYPE: client(200, 'Unauthorized field or type'),
  CLASSIFIED_INPUT_REFUSED: client(
    403,
    'This caller may not find, filter, sort or group by a value that it may not read.',
  ),
  OPERATION_UNAUTHORIZED: client(
    403,
    'The operation asks for fields that this caller may not read, so nothing was run.',
  ),
  ACCESS_ENDED: client(
    403,
    'Access that was granted for this operation ended while it ran, so nothing of it is shown; what it has changed stays changed.',
    RETRYABLE,
  ),
  ACCESS_RECORD_UNKNOWN: client(
    200,
    'There is no such access request or grant, or this caller may not see it.',
  ),
  ACCESS_RECORD_CLOSED: client(
    200,
    'The access request is no longer open, or the grant no longer active.',
  ),
  ACCESS_NOT_DECIDER: client(200, 'Only owner and steward of the data product decide about this.'),
  ACCESS_OWN_REQUEST: client(
    200,
    'Nobody decides about a request that they have made or that is for them.',
  ),
  ACCESS_EMERGENCY_REFUSED: client(
    200,
    'Only people in the team of a data product take access in an emergency by themselves; an administrator can for others.',
  ),
  ACCESS_PRODUCT_UNKNOWN: client(200, 'No data product of this name is registered.'),
  AUDIT_UNAVAILABLE: operator(
    503,
    'The operation touches classified data, and it cannot be recorded now that it was asked for.',
    RETRYABLE,
  ),

  // The operation.
  GRAPHQL_PARSE_FAILED: client(400, 'The document is not valid GraphQL syntax.'),
  GRAPHQL_VALIDATION_FAILED: client(400, 'The document does not fit the supergraph schema.'),
  VARIABLES_INVALID: client(400, 'The variables do not fit what the operation declares.'),
  OPERATION_NAME_UNKNOWN: client(
    400,
    'The document holds no operation of that name, or several and no name was given.',
  ),
  OPERATION_KIND_UNSUPPORTED: client(400, 'This gateway answers queries and mutations.'),
  DOCUMENT_TOKENS_EXCEEDED: client(400, 'The document has more tokens than this gateway accepts.'),
  DOCUMENT_DEPTH_EXCEEDED: client(
    400,
    'The document nests fields deeper than this gateway accepts.',
  ),
  DOCUMENT_ALIASES_EXCEEDED: client(
    400,
    'The document has more aliases than this gateway accepts.',
  ),
  DOCUMENT_ROOT_FIELDS_EXCEEDED: client(
    400,
    'The document asks for more root fields than this gateway accepts.',
  ),
  DOCUMENT_DIRECTIVES_EXCEEDED: client(
    400,
    'The document has more directives than this gateway accepts.',
  ),
  DOCUMENT_SELECTIONS_EXCEEDED: client(
    400,
    'The document selects more fields than this gateway accepts once its fragments are written out.',
  ),
  PERSISTED_QUERY_NOT_FOUND: client(
    200,
    'No document is registered under this hash; send the text of the document along with it.',
    RETRYABLE,
  ),
  PERSISTED_QUERY_NOT_SUPPORTED: client(
    200,
    'This gateway looks no documents up; send the text of the document alone.',
  ),
  PERSISTED_QUERY_HASH_MISMATCH: client(
    400,
    'The identifier that came with a document is not that of its text.',
  ),
  PERSISTED_QUERY_NOT_IN_LIST: client(
    404,
    'No operation on the list of this gateway has this identifier, and it answers no others.',
  ),
  PERSISTED_QUERY_ID_REQUIRED: client(
    400,
    'This gateway takes identifiers of operations only, and was given a text.',
  ),
  QUERY_NOT_IN_SAFELIST: client(
    403,
    'The document is not on the list of this gateway, and it answers no others.',
  ),
  INTROSPECTION_DISABLED: client(400, 'This gateway does not answer introspection.'),
  OPERATION_PLANNING_FAILED: operator(
    500,
    'No way was found to answer this operation from the data products.',
  ),
  OPERATION_PLANNING_TIMEOUT: client(
    400,
    'Planning this operation takes longer than this gateway allows.',
  ),
  OPERATION_PLANNING_TOO_LARGE: client(
    400,
    'Planning this operation needs more memory than this gateway allows.',
  ),
  OPERATION_PLANNING_OVERLOADED: operator(
    503,
    'Too many new operations wait to be planned.',
    RETRYABLE,
  ),

  // The data products.
  SUBGRAPH_UNREACHABLE: operator(200, 'A data product could not be reached.', RETRYABLE),
  SUBGRAPH_TIMEOUT: operator(200, 'A data product did not answer before the deadline.', RETRYABLE),
  SUBGRAPH_REFUSED: operator(200, 'A data product refused the call of the gateway.'),
  SUBGRAPH_RESPONSE_INVALID: operator(
    200,
    'A data product answered with something that is not a GraphQL response.',
    RETRYABLE,
  ),
  SUBGRAPH_RESPONSE_TOO_LARGE: operator(
    200,
    'A data product answered with more bytes than this gateway accepts.',
  ),
  SUBGRAPH_ERROR: operator(200, 'A data product reported an error that is not meant for clients.'),
  RESPONSE_VALUE_INVALID: operator(
    200,
    'A data product answered with a value that does not fit the schema.',
  ),
  RESPONSE_NULL_NOT_ALLOWED: operator(
    200,
    'A data product answered null where the schema promises a value.',
  ),
  RESPONSE_VALUE_MISSING: operator(
    200,
    'No data product gave this value, because what it is asked by is not there or the answer lacked it.',
  ),

  // What a data product says to the caller.
  INPUT_INVALID: client(200, 'An argument is out of bounds or does not fit.'),
  ENTITY_NOT_FOUND: client(200, 'There is no such entity, or this caller may not see it.'),
  IDEMPOTENCY_KEY_REUSED: client(200, 'The idempotency key was used before with other input.'),
  CALLER_UNVERIFIED: client(
    401,
    'A data product answers the gateway only; ask the gateway instead.',
  ),

  // Start-up and the command line.
  CONFIG_INVALID: operator(500, 'The configuration is not valid.'),
  SUPERGRAPH_INVALID: operator(500, 'The supergraph schema cannot be loaded.'),
  COMPOSITION_FAILED: operator(500, 'The subgraphs do not compose into one supergraph.'),
  DESCRIPTOR_INVALID: operator(500, 'The descriptor of a data product does not fit the standard.'),
  WORKER_LOST: operator(500, 'A worker process of the gateway ended before it listened.'),
  PORT_TAKEN: operator(500, 'A port that is needed is in use by another process.', RETRYABLE),
  DATABASE_UNAVAILABLE: operator(503, 'The database did not answer.', RETRYABLE),
  INTERNAL_ERROR: operator(
    500,
    'Something went wrong inside the gateway; the request id leads to the log.',
  ),
  MIGRATION_CHANGED: operator(
    500,
    'A migration that is applied already was edited, or a new one comes before it.',
  ),
  PIPELINE_FAILED: operator(
    500,
    'A migration, a load or a pipeline of a data product did not succeed.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOG;

/**
 * Looks a code up that came over the wire.
 *
 * @returns The code when the catalog has it, otherwise null.
 */
export function toErrorCode(value: unknown): ErrorCode | null {
  return typeof value === 'string' && Object.hasOwn(ERROR_CATALOG, value)
    ? (value as ErrorCode)
    : null;
}
