import type { AcceptedRequest } from './run-request.ts';

/** When a rule may say otherwise of what an operation touches, in epoch milliseconds; mostly never. */
export function findDecidedUntil({
  rights,
  prepared,
}: Pick<AcceptedRequest, 'rights' | 'prepared'>): number {
  if (rights.windows === null) return Number.POSITIVE_INFINITY;
  const isRuled = prepared.classified.coordinates.length > 0;
  const { introspectsByRights } = prepared.parsed;
  return isRuled || introspectsByRights ? rights.windows.untilMs : Number.POSITIVE_INFINITY;
}
