import type { Principal } from '../identity/principal.ts';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import { createFlightKey, type KeyedRequest } from './create-flight-key.ts';
import { type Seat, SingleFlight, type Work } from './single-flight.ts';

/**
 * Begins the work of a request, or finds the seat in work that is under way.
 *
 * @param grants Fingerprint of what was granted to the caller; null for nothing.
 */
export type ShareQueries<Value> = (
  request: KeyedRequest,
  principal: Principal,
  grants: string | null,
  operation: PreparedOperation,
  start: () => Work<Value>,
) => Seat<Value>;

/**
 * Runs identical queries that are in flight at the same time once.
 *
 * A mutation is always run, and when it ends no query joins one that was begun
 * before: a client sees its own writes, as far as they went through this process.
 *
 * @param forwarded Lower-case names of the client's headers that reach data products.
 * @param onJoin Told when a query joins another one.
 */
export function createShareQueries<Value>(
  forwarded: readonly string[],
  onJoin: () => void,
): ShareQueries<Value> {
  const flights = new SingleFlight<Value>();
  const keyOf = createFlightKey(forwarded);
  const depart = () => flights.depart();

  return (request, principal, grants, { parsed, identity }, start) => {
    if (parsed.kind !== 'query') {
      const work = start();
      work.value.then(depart, depart);
      return toOnlySeat(work);
    }
    const seat = flights.board(keyOf(request, principal, identity, grants), start);
    if (!seat.isFirst) onJoin();
    return seat;
  };
}

/** Runs every request for itself. */
export function shareNothing<Value>(
  _request: KeyedRequest,
  _principal: Principal,
  _grants: string | null,
  _operation: PreparedOperation,
  start: () => Work<Value>,
): Seat<Value> {
  return toOnlySeat(start());
}

function toOnlySeat<Value>(work: Work<Value>): Seat<Value> {
  return { value: work.value, isFirst: true, leave: () => work.abort() };
}
