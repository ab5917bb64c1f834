/** What serves requests over one supergraph, and can be let go. */
export interface Generation {
  /** Frees what it holds: connections, threads, what is remembered. */
  close(): Promise<void>;
}

/** The time in which one generation takes requests, and then lets the last ones end. */
export interface Tenure<Value extends Generation> {
  readonly generation: Value;
  /** Epoch milliseconds. */
  readonly since: number;
}

interface CountedTenure<Value extends Generation> extends Tenure<Value> {
  requests: number;
}

/**
 * The one place that says which supergraph is live.
 *
 * A swap replaces a single reference. A request keeps what it entered with, and a
 * generation that was superseded is closed when its last request has left.
 */
export class LiveSupergraph<Value extends Generation> {
  readonly #now: () => number;
  readonly #superseded = new Set<CountedTenure<Value>>();
  readonly #onCloseFailed: (error: unknown) => void;
  #current: CountedTenure<Value>;
  #closed = false;

  /** @param now Epoch milliseconds. */
  constructor(first: Value, now: () => number, onCloseFailed: (error: unknown) => void) {
    this.#now = now;
    this.#onCloseFailed = onCloseFailed;
    this.#current = { generation: first, since: now(), requests: 0 };
  }

  get current(): Tenure<Value> {
    return this.#current;
  }

  /** Generations that are kept for the requests that entered with them, a count. */
  get draining(): number {
    return this.#superseded.size;
  }

  /** @returns What the request works with until it calls `leave`, once. */
  enter(): Tenure<Value> {
    this.#current.requests += 1;
    return this.#current;
  }

  leave(tenure: Tenure<Value>): void {
    const counted = tenure as CountedTenure<Value>;
    counted.requests -= 1;
    if (counted.requests === 0 && this.#superseded.has(counted)) this.#release(counted);
  }

  /** Requests that come from now on work with `next`. */
  swap(next: Value): void {
    if (this.#closed) {
      // It was made ready while the gateway was closing.
      next.close().catch(this.#onCloseFailed);
      return;
    }
    const before = this.#current;
    this.#current = { generation: next, since: this.#now(), requests: 0 };
    this.#superseded.add(before);
    if (before.requests === 0) this.#release(before);
  }

  /** Closes every generation, whoever is still working with it. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#superseded, this.#current];
    this.#superseded.clear();
    await Promise.all(all.map(({ generation }) => generation.close()));
  }

  #release(tenure: CountedTenure<Value>): void {
    this.#superseded.delete(tenure);
    tenure.generation.close().catch(this.#onCloseFailed);
  }
}
