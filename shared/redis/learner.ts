/**
 * Asks something in the background: from time to time, and soon after it may have changed. One question
 * is under way at a time.
 */
export class Learner {
  readonly #ask: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #isAsking = false;
  #isClosed = false;
  #again: NodeJS.Timeout | null = null;

  /**
   * @param ask Never rejects.
   * @param everyMs How often, though nothing seems to have changed.
   */
  constructor(ask: () => Promise<void>, everyMs: number) {
    this.#ask = ask;
    this.#timer = setInterval(() => void this.now(), everyMs);
    this.#timer.unref();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async now(): Promise<void> {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    try {
      await this.#ask();
    } finally {
      this.#isAsking = false;
    }
  }

  /** However often it is called, it asks no more than five times a second. */
  soon(): void {
    if (this.#again !== null || this.#isClosed) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      void this.now();
    }, AGAIN_MS);
    this.#again.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    if (this.#again !== null) clearTimeout(this.#again);
  }
}

const AGAIN_MS = 200;
