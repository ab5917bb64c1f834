import type { Lifetime } from './read-lifetime.ts';

/** Until when, and for whom, an answer may be kept. Times are epoch milliseconds. */
export interface Keeping {
  /** Whether every response of the answer may be given to anybody of equal rights. */
  readonly isShared: boolean;
  readonly freshUntilMs: number;
  /** Until then it may be given while a newer one is made; never before `freshUntilMs`. */
  readonly staleWhileRevalidateUntilMs: number;
  /** Until then it may be given when no newer one can be made; never before `freshUntilMs`. */
  readonly staleIfErrorUntilMs: number;
}

/**
 * How long an answer may be kept that is made of several responses: as long, and for as many, as
 * the strictest of them allows.
 */
export class AnswerLifetime {
  readonly #unstatedIsShared: boolean;
  readonly #decidedUntilMs: number;
  #isKept = true;
  #isShared = true;
  #freshUntilMs = Number.POSITIVE_INFINITY;
  #staleWhileRevalidateUntilMs = Number.POSITIVE_INFINITY;
  #staleIfErrorUntilMs = Number.POSITIVE_INFINITY;

  /**
   * @param unstatedIsShared What it means that a response says neither public nor private.
   * @param decidedUntilMs When callers of equal rights may see more or less than it says, in epoch
   *   milliseconds: nobody is told to keep it for longer.
   */
  constructor(unstatedIsShared: boolean, decidedUntilMs: number = Number.POSITIVE_INFINITY) {
    this.#unstatedIsShared = unstatedIsShared;
    this.#decidedUntilMs = decidedUntilMs;
  }

  /**
   * Notes one response.
   *
   * @param lifetime `NO_LIFETIME` for a response with errors, or for none at all.
   * @param nowMs When it came, in epoch milliseconds.
   */
  note(lifetime: Lifetime, nowMs: number): void {
    if (lifetime.freshSeconds === 0) {
      this.#isKept = false;
      return;
    }
    const { scope, freshSeconds } = lifetime;
    if (scope === 'private' || (scope === 'unstated' && !this.#unstatedIsShared)) {
      this.#isShared = false;
    }
    const freshUntilMs = nowMs + 1000 * freshSeconds;
    this.#freshUntilMs = Math.min(this.#freshUntilMs, freshUntilMs);
    this.#staleWhileRevalidateUntilMs = Math.min(
      this.#staleWhileRevalidateUntilMs,
      freshUntilMs + 1000 * lifetime.staleWhileRevalidateSeconds,
    );
    this.#staleIfErrorUntilMs = Math.min(
      this.#staleIfErrorUntilMs,
      freshUntilMs + 1000 * lifetime.staleIfErrorSeconds,
    );
  }

  /** Null when the answer may not be kept, and when nothing was asked for it. */
  get keeping(): Keeping | null {
    if (!this.#isKept || this.#freshUntilMs === Number.POSITIVE_INFINITY) return null;
    return {
      isShared: this.#isShared,
      freshUntilMs: Math.min(this.#freshUntilMs, this.#decidedUntilMs),
      staleWhileRevalidateUntilMs: Math.min(
        this.#staleWhileRevalidateUntilMs,
        this.#decidedUntilMs,
      ),
      staleIfErrorUntilMs: Math.min(this.#staleIfErrorUntilMs, this.#decidedUntilMs),
    };
  }
}
