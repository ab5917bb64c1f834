import { ERROR_CATALOG, type ErrorCode } from './error-catalog.ts';

/** What may accompany an error. */
export interface MeshgateErrorOptions {
  /** Instead of the catalog's sentence; says what was expected, what was given, what to do. Never a secret. */
  readonly message?: string;
  /** Facts for the answer's `extensions`; they leave the process, so nothing classified. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The one error class of the project. Switch on `code`, never on the message.
 *
 * Anything thrown that is neither this nor a `GraphQLError` is a bug: it is
 * masked as `INTERNAL_ERROR` and logged once.
 */
export class MeshgateError extends Error {
  override readonly name = 'MeshgateError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: MeshgateErrorOptions = {}) {
    super(options.message ?? ERROR_CATALOG[code].summary, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** HTTP status of the catalog entry. */
  get status(): number {
    return ERROR_CATALOG[this.code].status;
  }
}
