import type { Seat, Work } from './single-flight.ts';

/** The seat of somebody who waits alone. */
export function toOnlySeat<Value>(work: Work<Value>): Seat<Value> {
  return { value: work.value, isFirst: true, leave: () => work.abort() };
}

/** Waits for what somebody else has begun, and begins anew where that is not to be had. */
export function joinFlight<Value>(
  seat: Seat<Value>,
  mayHave: (value: Value) => boolean,
  start: () => Work<Value>,
): Seat<Value> {
  let leave = () => seat.leave();
  const value = seat.value.then((made) => {
    if (mayHave(made)) return made;
    const work = start();
    leave = () => work.abort();
    return work.value;
  });
  return { value, isFirst: false, leave: () => leave() };
}
