import { ERROR_CATALOG, type ErrorCode } from '../../errors/error-catalog.ts';
import { MeshgateError } from '../../errors/meshgate-error.ts';

/** An answer to what never became a GraphQL request. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: {
    readonly errors: readonly [
      { readonly message: string; readonly extensions: { readonly code: ErrorCode } },
    ];
  };
}

const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'ROUTE_UNKNOWN',
  413: 'REQUEST_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
};

/** Gives an error of the HTTP layer, or of ours, its status and code; its own words stay inside. */
export function toErrorAnswer(error: unknown): ErrorAnswer {
  const code = toCode(error);
  const { status, summary } = ERROR_CATALOG[code];
  return { status, body: { errors: [{ message: summary, extensions: { code } }] } };
}

function toCode(error: unknown): ErrorCode {
  if (error instanceof MeshgateError) return error.code;
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  if (status >= 500) return 'INTERNAL_ERROR';
  return CODES_BY_STATUS[status] ?? 'REQUEST_MALFORMED';
}
