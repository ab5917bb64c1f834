import { ERROR_CATALOG, type ErrorCode } from '../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/** Fastify's codes for what a client did wrong. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'REQUEST_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'REQUEST_MALFORMED',
  FST_ERR_BAD_URL: 'REQUEST_MALFORMED',
  FST_ERR_MAX_PARAM_LENGTH: 'URL_TOO_LONG',
};

/** Finds the error of the catalog behind anything thrown; a bug is an `INTERNAL_ERROR` with its cause. */
export function toMeshgateError(error: unknown): MeshgateError {
  if (error instanceof MeshgateError) return error;
  const framework = FRAMEWORK_CODES[String((error as { code?: unknown } | null)?.code)];
  return new MeshgateError(framework ?? 'INTERNAL_ERROR', { cause: error });
}

/**
 * Renders an error as a GraphQL response without data.
 *
 * The message of an `INTERNAL_ERROR` is always the catalog's: what broke is for the log.
 */
export function renderErrorBody(error: MeshgateError): string {
  const message =
    error.code === 'INTERNAL_ERROR' ? ERROR_CATALOG.INTERNAL_ERROR.summary : error.message;
  return JSON.stringify({
    errors: [{ message, extensions: { ...error.details, code: error.code } }],
  });
}
