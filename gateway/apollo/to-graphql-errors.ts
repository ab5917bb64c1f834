import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { DataSourceCalls } from './data-source-calls.ts';

/** The errors of one answer, as `ApolloGateway` sorts them. */
export interface SortedErrors {
  readonly errors: readonly GraphQLError[];
  /** Values of subgraphs that are missing or do not fit the schema; they go to `extensions.valueCompletion`. */
  readonly valueCompletion: readonly GraphQLError[];
}

/**
 * Turns what went wrong while an operation ran into errors as users of Apollo Server know them.
 *
 * @param calls Knows what subgraphs have said; null passes nothing of it on, where that may be what a
 *   mask hides from the caller.
 */
export function sortErrors(
  problems: readonly Problem[],
  calls: DataSourceCalls | null,
): SortedErrors {
  const errors: GraphQLError[] = [];
  const valueCompletion: GraphQLError[] = [];
  for (const problem of problems) {
    if (VALUE_CODES.has(problem.code)) valueCompletion.push(toValueError(problem));
    else errors.push(toExecutionError(problem, calls));
  }
  return { errors, valueCompletion };
}

/** Turns a problem that stopped an operation before it ran into an error. */
export function toGraphqlError({ code, message, path, product, details }: Problem): GraphQLError {
  return new GraphQLError(message, {
    ...(path === undefined || path.length === 0 ? {} : { path }),
    extensions: { ...details, ...(product === undefined ? {} : { serviceName: product }), code },
  });
}

const VALUE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'RESPONSE_VALUE_INVALID',
  'RESPONSE_VALUE_MISSING',
  'RESPONSE_NULL_NOT_ALLOWED',
]);

function toValueError({ message, path }: Problem): GraphQLError {
  return new GraphQLError(message, {
    ...(path === undefined ? {} : { path }),
    extensions: { code: 'INVALID_GRAPHQL' },
  });
}

function toExecutionError(problem: Problem, calls: DataSourceCalls | null): GraphQLError {
  const { original, product = '', path } = problem;
  const origin = original === undefined ? undefined : calls?.originOf(original.extensions);
  if (origin === undefined) return toGraphqlError(problem);
  if (origin.kind === 'thrown') return toThrownError(origin.error);
  const { error } = origin;
  return new GraphQLError(
    error.message || `Error while fetching subquery from service "${product}"`,
    {
      originalError: error as Error,
      // An error that names no place concerns the whole call, and stays without one.
      ...(error.path === undefined || path === undefined ? {} : { path }),
      extensions: {
        ...error.extensions,
        serviceName: product,
        code: error.extensions?.code || 'DOWNSTREAM_SERVICE_ERROR',
      },
    },
  );
}

/** The data source's own error, untouched: its user knows it by its class and its extensions. */
function toThrownError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof Error) return new GraphQLError(error.message, { originalError: error });
  return new GraphQLError(String(error));
}
