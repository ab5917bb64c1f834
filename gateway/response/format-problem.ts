import type { GraphQLFormattedError } from 'graphql';
import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';

/** Which errors clients may read, and where. */
export interface ErrorDisclosure {
  /** Whether even errors that a product did not declare public are passed on; never in production. */
  readonly passSubgraphErrors: boolean;
  /**
   * Whether nothing that a product says is passed on, even what it declared public: it does not know that
   * this caller sees a value masked, and may say it.
   */
  readonly hidesValues?: boolean;
  /** Where refusals of single paths stand; `extensions` is `extensions.authorizationErrors`. */
  readonly refusals: 'errors' | 'extensions' | 'disabled';
  /** What is said of access on request, as JSON for `extensions.access`. */
  readonly access?: string | undefined;
}

/** Members of a product's `extensions` that are between the product and the gateway. */
const INTERNAL_EXTENSIONS = new Set(['public', 'stacktrace', 'exception', 'serviceName']);

/**
 * Turns a problem into the error that a client reads.
 *
 * A data product's own words reach the client when the product declared them
 * public (`extensions.public: true`), or when the gateway passes everything on.
 * All else is the catalog's sentence with the product's name.
 *
 * @see https://spec.graphql.org/September2025/#sec-Errors
 */
export function formatProblem(
  problem: Problem,
  disclosure: ErrorDisclosure,
): GraphQLFormattedError {
  const { code, message, path, locations, product, original, details } = problem;
  const passed =
    original !== undefined &&
    disclosure.hidesValues !== true &&
    (original.extensions.public === true || disclosure.passSubgraphErrors);
  const masked = ERROR_CATALOG[code].audience === 'operator' && code === 'INTERNAL_ERROR';
  return {
    message: passed ? original.message : masked ? ERROR_CATALOG[code].summary : message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined || path.length === 0 ? {} : { path }),
    extensions: {
      code,
      ...(passed ? withoutInternal(original.extensions) : {}),
      ...(product === undefined ? {} : { product }),
      ...details,
    },
  };
}

function withoutInternal(
  extensions: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(extensions).filter(([name]) => !INTERNAL_EXTENSIONS.has(name)),
  );
}
