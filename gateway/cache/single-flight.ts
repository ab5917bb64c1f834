/** What is done once for everybody who waits for it. */
export interface Work<Value> {
  readonly value: Promise<Value>;
  /** Gives up; `value` settles all the same. */
  abort(): void;
}

/** One waiter's place in a flight. */
export interface Seat<Value> {
  /** The same for all who wait, a rejection too. */
  readonly value: Promise<Value>;
  /** Whether the work was begun for this waiter. */
  readonly isFirst: boolean;
  /** Says that this waiter is gone; the work is given up when the last one is. */
  leave(): void;
}

/**
 * At most one piece of work under way for each key.
 *
 * Nothing is remembered: a flight ends with its work, so there are never more of
 * them than there are waiters. What is equal under a key is the caller's to say.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** Joins the work under way for a key, or begins it; what `start` throws is thrown here. */
  board(key: string, start: () => Work<Value>): Seat<Value> {
    const known = this.#flights.get(key);
    if (known !== undefined) return known.seat(false);

    const flight = new Flight(start(), () => this.#end(key, flight));
    this.#flights.set(key, flight);
    return flight.seat(true);
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Lets nobody join what is under way: who comes from now on begins anew. */
  depart(): void {
    this.#flights.clear();
  }

  #end(key: string, flight: Flight<Value>): void {
    // Another flight may have this key by now.
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

class Flight<Value> {
  readonly #work: Work<Value>;
  readonly #end: () => void;
  #waiting = 0;

  constructor(work: Work<Value>, end: () => void) {
    this.#work = work;
    this.#end = end;
    work.value.then(end, end);
  }

  seat(isFirst: boolean): Seat<Value> {
    this.#waiting += 1;
    let here = true;
    const leave = () => {
      if (here) this.#leave();
      here = false;
    };
    return { value: this.#work.value, isFirst, leave };
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    // Whoever comes now must not get what was given up.
    this.#end();
    this.#work.abort();
  }
}
