/**
 * What of an error leaves the product.
 *
 * A `MeshgateError` that a client can act on goes out as it is, marked `public` so
 * that the gateway hands it through. For what the catalog has no code for, a resolver
 * throws a `GraphQLError` with a code of its own and that mark. What is wrong with the request itself goes to
 * the gateway, which wrote it. Everything else is a matter of this product: it goes
 * out without a word of its own.
 *
 * @module
 */

import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_CATALOG } from '../../errors/error-catalog.ts';
import { MeshgateError } from '../../errors/meshgate-error.ts';

const REQUEST_CODES: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_USER_INPUT,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
]);

/** Turns an error into its form in the answer. */
export function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (isForClient(original)) {
    const extensions = { ...original.details, code: original.code, public: true };
    return { ...formatted, message: original.message, extensions };
  }
  if (isDeclaredPublic(original)) {
    return { ...formatted, message: original.message, extensions: original.extensions };
  }
  const code = formatted.extensions?.code;
  if (isAboutRequest(error, code)) return { ...formatted, extensions: { code } };
  return {
    ...formatted,
    message: ERROR_CATALOG.INTERNAL_ERROR.summary,
    extensions: { code: 'INTERNAL_ERROR' },
  };
}

/** The error to log, or null when the answer says all there is to know. */
export function toHiddenCause(error: GraphQLError): unknown {
  const original = unwrapResolverError(error);
  const saysAll =
    isForClient(original) ||
    isDeclaredPublic(original) ||
    isAboutRequest(error, error.extensions.code);
  return saysAll ? null : original;
}

function isForClient(error: unknown): error is MeshgateError {
  return error instanceof MeshgateError && ERROR_CATALOG[error.code].audience === 'client';
}

/** An error of the product's own, with a code, that it means for clients. */
function isDeclaredPublic(error: unknown): error is GraphQLError {
  return (
    error instanceof GraphQLError &&
    error.extensions.public === true &&
    typeof error.extensions.code === 'string'
  );
}

/** Errors from execution have a path, whatever code they claim. */
function isAboutRequest(error: unknown, code: unknown): boolean {
  return error instanceof GraphQLError && error.path === undefined && REQUEST_CODES.has(code);
}
