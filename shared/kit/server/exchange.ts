import type { RequestSession } from '../session/request-session.ts';

/** What becomes known about one GraphQL request while it runs: for its log line, its metrics and its end. */
export interface Exchange {
  readonly startedAtMs: number;
  /** Name of the operation; null for an anonymous one or before it is parsed. */
  operation: string | null;
  statements: number;
  /** Codes of the errors in the answer. */
  readonly errorCodes: string[];
  session: RequestSession | null;
}

/** @param startedAtMs From `performance.now()`. */
export function createExchange(startedAtMs: number): Exchange {
  return { startedAtMs, operation: null, statements: 0, errorCodes: [], session: null };
}
