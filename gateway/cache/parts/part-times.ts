import { type Lifetime, NO_LIFETIME } from '../read-lifetime.ts';

/** Until when parts may be given. Times are epoch milliseconds. */
export interface PartTimes {
  /** As the product has said it. */
  readonly lifetime: Lifetime;
  readonly freshUntilMs: number;
  /** Never before `freshUntilMs`. */
  readonly staleWhileRevalidateUntilMs: number;
  /** Never before `freshUntilMs`. */
  readonly staleIfErrorUntilMs: number;
}

/** Of the rest of a lifetime, as `AnswerCache` has it. */
const JITTER = 0.1;

/**
 * Until when a part may be given that came at a time.
 *
 * @param random At least 0 and below 1: by how much it ends earlier than it must.
 */
export function toPartTimes(lifetime: Lifetime, cameAtMs: number, random: number): PartTimes {
  const freshMs = 1000 * lifetime.freshSeconds;
  const endsMs = cameAtMs + freshMs;
  return {
    lifetime,
    freshUntilMs: cameAtMs + freshMs * (1 - JITTER * random),
    staleWhileRevalidateUntilMs: endsMs + 1000 * lifetime.staleWhileRevalidateSeconds,
    staleIfErrorUntilMs: endsMs + 1000 * lifetime.staleIfErrorSeconds,
  };
}

/** How long it is believed that there is no such entity. */
export function toMissingLifetime(lifetime: Lifetime, missingSeconds: number): Lifetime {
  const freshSeconds = Math.min(lifetime.freshSeconds, missingSeconds);
  if (freshSeconds === 0) return NO_LIFETIME;
  return { ...lifetime, freshSeconds, staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 };
}
