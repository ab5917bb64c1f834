import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/** Fastify's codes for what a client did wrong, where the status alone does not say it. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_MAX_PARAM_LENGTH: 'URL_TOO_LONG',
};

/** Finds the error of the catalog behind anything thrown; a bug is an `INTERNAL_ERROR` with its cause. */
export function toMeshgateError(error: unknown): MeshgateError {
  if (error instanceof MeshgateError) return error;
  return new MeshgateError(toCode(error), { cause: error });
}

function toCode(error: unknown): ErrorCode {
  if (!(error instanceof Error)) return 'INTERNAL_ERROR';
  const { code, statusCode, status = statusCode } = error as FrameworkError;
  const known = FRAMEWORK_CODES[String(code)];
  if (known !== undefined) return known;
  // A file server forbids what it does not serve; the client need not know the difference.
  if (status === 403 || status === 404) return 'ROUTE_UNKNOWN';
  return status !== undefined && status >= 400 && status < 500
    ? 'REQUEST_MALFORMED'
    : 'INTERNAL_ERROR';
}

interface FrameworkError extends Error {
  readonly code?: string;
  readonly status?: number;
  readonly statusCode?: number;
}

/** Renders an error as a GraphQL response without data. */
export function renderErrorBody({ message, code, details }: MeshgateError): string {
  return JSON.stringify({ errors: [{ message, extensions: { ...details, code } }] });
}
