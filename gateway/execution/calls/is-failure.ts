import type { ErrorCode } from '../../../shared/errors/error-catalog.ts';

const FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SUBGRAPH_UNREACHABLE',
  'SUBGRAPH_TIMEOUT',
  'SUBGRAPH_RESPONSE_INVALID',
  'SUBGRAPH_RESPONSE_TOO_LARGE',
]);

/** Whether a product did not answer, or not in time, or nothing that can be understood. */
export function isFailure(code: ErrorCode): boolean {
  return FAILURES.has(code);
}
