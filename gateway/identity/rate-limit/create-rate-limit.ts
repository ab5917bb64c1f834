/**
 * Who may send how much.
 *
 * @module
 */
import type { Redis } from '../../../shared/redis/create-redis.ts';
import type { AuthenticationOutcome } from '../authentication-outcome.ts';
import { toClientNetwork } from './client-network.ts';
import { createLocalBuckets, createSharedBuckets, toBucketSize } from './token-buckets.ts';

export interface RateLimitSettings {
  /** Requests that one caller may send at once, and that come back within one window. */
  readonly requests: number;
  readonly windowSeconds: number;
  /** Where all replicas count together; null counts in this process. */
  readonly redis: Pick<Redis, 'script'> | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told for each request that this process had to count alone although there is a Redis. */
  readonly onRedisFailure: () => void;
}

/** A request that comes too early. */
export interface RateRefusal {
  /** When the next request would be admitted; at least 1. */
  readonly retryAfterSeconds: number;
  readonly requests: number;
  readonly windowSeconds: number;
}

/** Counts one request; answers null when it may go on. */
export type LimitRate = (
  caller: AuthenticationOutcome,
  address: string,
) => RateRefusal | null | Promise<RateRefusal | null>;

/**
 * Builds a `LimitRate`.
 *
 * An authenticated caller is counted as its subject, whatever scopes its token has: a caller who
 * can get tokens with fewer rights must not get a limit with each of them. An anonymous caller is
 * counted by its network, and so is one whose credentials are refused, or guessing would be free. While Redis is unavailable each process counts for itself.
 */
export function createRateLimit(settings: RateLimitSettings): LimitRate {
  const { requests, windowSeconds, redis, now, onRedisFailure } = settings;
  const size = toBucketSize(requests, windowSeconds);
  const takeLocally = createLocalBuckets(size, now);
  const toRefusal = (waitUs: number): RateRefusal | null =>
    waitUs === 0
      ? null
      : { retryAfterSeconds: Math.ceil(waitUs / 1_000_000), requests, windowSeconds };

  if (redis === null) {
    return (caller, address) => toRefusal(takeLocally(toKey(caller, address)));
  }
  const takeShared = createSharedBuckets(size, redis);
  return async (caller, address) => {
    const key = toKey(caller, address);
    const waitUs = await takeShared(key);
    if (waitUs !== null) return toRefusal(waitUs);
    onRedisFailure();
    return toRefusal(takeLocally(key));
  };
}

/** No network contains a line break, so nobody's subject reads as another caller's network. */
function toKey(caller: AuthenticationOutcome, address: string): string {
  if (!caller.ok || !caller.principal.authenticated) return toClientNetwork(address);
  return `${caller.principal.issuer}\n${caller.principal.subject}`;
}
