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

export const ERROR_CATALOG = {
  // The HTTP request.
  REQUEST_MALFORMED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The request is not a well-formed GraphQL over HTTP request.',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    audience: 'client',
    retryable: false,
    summary: 'The request body is larger than this gateway accepts.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    audience: 'client',
    retryable: false,
    summary: 'The request body must be sent as application/json.',
  },
  MEDIA_TYPE_NOT_ACCEPTABLE: {
    status: 406,
    audience: 'client',
    retryable: false,
    summary:
      'Answers are available as application/graphql-response+json and application/json only.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    audience: 'client',
    retryable: false,
    summary: 'This method is not allowed here; send queries by POST or GET and mutations by POST.',
  },
  CROSS_SITE_REQUEST_REFUSED: {
    status: 403,
    audience: 'client',
    retryable: false,
    summary:
      'The request looks like one that a foreign web page forged; send application/json or the header x-meshgate-csrf.',
  },
  ROUTE_UNKNOWN: {
    status: 404,
    audience: 'client',
    retryable: false,
    summary: 'Nothing is served at this address; the start page lists what is.',
  },
  RATE_LIMITED: {
    status: 429,
    audience: 'client',
    retryable: true,
    summary: 'This caller has sent more requests than it may in the current window.',
  },
  GATEWAY_DRAINING: {
    status: 503,
    audience: 'operator',
    retryable: true,
    summary: 'This gateway is shutting down and takes no new requests.',
  },

  // The caller.
  TOKEN_MALFORMED: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'The access token is not a signed JSON Web Token.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'The access token has expired; get a new one.',
  },
  TOKEN_NOT_YET_VALID: {
    status: 401,
    audience: 'client',
    retryable: true,
    summary: 'The access token is not valid yet.',
  },
  TOKEN_ISSUER_UNKNOWN: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'The access token comes from an issuer that this gateway does not trust.',
  },
  TOKEN_AUDIENCE_MISMATCH: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'The access token was made for another audience.',
  },
  TOKEN_SIGNATURE_INVALID: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'The signature of the access token does not match a key of its issuer.',
  },
  TOKEN_CLAIM_INVALID: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'The access token lacks a required claim or has one of the wrong form.',
  },
  ISSUER_UNREACHABLE: {
    status: 503,
    audience: 'operator',
    retryable: true,
    summary: 'The keys of the token issuer could not be loaded, so the token cannot be checked.',
  },
  AUTHENTICATION_REQUIRED: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'This needs a caller who is known; send an access token.',
  },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    status: 200,
    audience: 'client',
    retryable: false,
    summary: 'Unauthorized field or type',
  },
  OPERATION_UNAUTHORIZED: {
    status: 403,
    audience: 'client',
    retryable: false,
    summary: 'The operation asks for fields that this caller may not read, so nothing was run.',
  },

  // The operation.
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document is not valid GraphQL syntax.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document does not fit the supergraph schema.',
  },
  VARIABLES_INVALID: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The variables do not fit what the operation declares.',
  },
  OPERATION_NAME_UNKNOWN: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document holds no operation of that name, or several and no name was given.',
  },
  OPERATION_KIND_UNSUPPORTED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'This gateway answers queries and mutations.',
  },
  DOCUMENT_TOKENS_EXCEEDED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document has more tokens than this gateway accepts.',
  },
  DOCUMENT_DEPTH_EXCEEDED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document nests fields deeper than this gateway accepts.',
  },
  DOCUMENT_ALIASES_EXCEEDED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document has more aliases than this gateway accepts.',
  },
  DOCUMENT_ROOT_FIELDS_EXCEEDED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document asks for more root fields than this gateway accepts.',
  },
  DOCUMENT_DIRECTIVES_EXCEEDED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'The document has more directives than this gateway accepts.',
  },
  INTROSPECTION_DISABLED: {
    status: 400,
    audience: 'client',
    retryable: false,
    summary: 'This gateway does not answer introspection.',
  },
  OPERATION_PLANNING_FAILED: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'No way was found to answer this operation from the data products.',
  },

  // The data products.
  SUBGRAPH_UNREACHABLE: {
    status: 200,
    audience: 'operator',
    retryable: true,
    summary: 'A data product could not be reached.',
  },
  SUBGRAPH_TIMEOUT: {
    status: 200,
    audience: 'operator',
    retryable: true,
    summary: 'A data product did not answer before the deadline.',
  },
  SUBGRAPH_REFUSED: {
    status: 200,
    audience: 'operator',
    retryable: false,
    summary: 'A data product refused the call of the gateway.',
  },
  SUBGRAPH_RESPONSE_INVALID: {
    status: 200,
    audience: 'operator',
    retryable: true,
    summary: 'A data product answered with something that is not a GraphQL response.',
  },
  SUBGRAPH_RESPONSE_TOO_LARGE: {
    status: 200,
    audience: 'operator',
    retryable: false,
    summary: 'A data product answered with more bytes than this gateway accepts.',
  },
  SUBGRAPH_ERROR: {
    status: 200,
    audience: 'operator',
    retryable: false,
    summary: 'A data product reported an error that is not meant for clients.',
  },
  RESPONSE_VALUE_INVALID: {
    status: 200,
    audience: 'operator',
    retryable: false,
    summary: 'A data product answered with a value that does not fit the schema.',
  },
  RESPONSE_NULL_NOT_ALLOWED: {
    status: 200,
    audience: 'operator',
    retryable: false,
    summary: 'A data product answered null where the schema promises a value.',
  },

  // What a data product says to the caller.
  INPUT_INVALID: {
    status: 200,
    audience: 'client',
    retryable: false,
    summary: 'An argument is out of bounds or does not fit.',
  },
  ENTITY_NOT_FOUND: {
    status: 200,
    audience: 'client',
    retryable: false,
    summary: 'There is no such entity, or this caller may not see it.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 200,
    audience: 'client',
    retryable: false,
    summary: 'The idempotency key was used before with other input.',
  },
  CALLER_UNVERIFIED: {
    status: 401,
    audience: 'client',
    retryable: false,
    summary: 'A data product answers the gateway only; ask the gateway instead.',
  },

  // Start-up and the command line.
  CONFIG_INVALID: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'The configuration is not valid.',
  },
  SUPERGRAPH_INVALID: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'The supergraph schema cannot be loaded.',
  },
  COMPOSITION_FAILED: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'The subgraphs do not compose into one supergraph.',
  },
  DESCRIPTOR_INVALID: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'The descriptor of a data product does not fit the standard.',
  },
  PORT_TAKEN: {
    status: 500,
    audience: 'operator',
    retryable: true,
    summary: 'A port that is needed is in use by another process.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    audience: 'operator',
    retryable: true,
    summary: 'The database did not answer.',
  },
  INTERNAL_ERROR: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'Something went wrong inside the gateway; the request id leads to the log.',
  },
  MIGRATION_CHANGED: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'A migration that is applied already was edited, or a new one comes before it.',
  },
  PIPELINE_FAILED: {
    status: 500,
    audience: 'operator',
    retryable: false,
    summary: 'A migration, a load or a pipeline of a data product did not succeed.',
  },
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
