/**
 * One bucket of tokens for each caller, in this process or in Redis.
 *
 * A bucket is a single number: the moment at which it will be full again. Taking a token moves
 * that moment by one step; a bucket that would be full only after more than its capacity from
 * now has no token left. Times are whole microseconds, so that sums of steps are exact.
 *
 * @module
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Redis } from '../../../shared/redis/create-redis.ts';

export interface BucketSize {
  /** Time in which one token comes back. */
  readonly stepUs: number;
  /** Time in which an empty bucket fills up. */
  readonly capacityUs: number;
}

/** Callers that one process remembers; who is forgotten has a full bucket. */
const REMEMBERED_CALLERS = 50_000;

/** @param requests Tokens in a full bucket. @param windowSeconds Time in which all of them come back. */
export function toBucketSize(requests: number, windowSeconds: number): BucketSize {
  const stepUs = Math.ceil((windowSeconds * 1_000_000) / requests);
  return { stepUs, capacityUs: stepUs * requests };
}

/**
 * Makes buckets in this process.
 *
 * @param now Epoch milliseconds.
 * @returns Takes a token; answers 0 or the time until there is one, in microseconds.
 */
export function createLocalBuckets(
  { stepUs, capacityUs }: BucketSize,
  now: () => number,
): (key: string) => number {
  const fullAt = new LRUCache<string, number>({ max: REMEMBERED_CALLERS });

  return (key) => {
    const nowUs = now() * 1000;
    const knownUs = fullAt.get(key) ?? 0;
    // No bucket takes longer than its capacity: the clock was set back, so begin anew.
    const fromUs = knownUs > nowUs + capacityUs ? nowUs : Math.max(knownUs, nowUs);
    const isFullAt = fromUs + stepUs;
    const waitUs = isFullAt - nowUs - capacityUs;
    if (waitUs > 0) return waitUs;
    fullAt.set(key, isFullAt);
    return 0;
  };
}

/** The same with the clock of the server, which is one for all replicas; a full bucket needs no key. */
const TAKE_TOKEN = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = tonumber(redis.call('GET', KEYS[1]) or 0)
local from = known > now + capacity and now or math.max(known, now)
local is_full_at = from + step
local wait = is_full_at - now - capacity
if wait > 0 then return wait end
local milliseconds = math.ceil((is_full_at - now) / 1000)
redis.call('SET', KEYS[1], string.format('%.0f', is_full_at), 'PX', milliseconds)
return 0`;

/**
 * Makes buckets that all processes share.
 *
 * @returns Takes a token; answers 0, the time until there is one in microseconds, or null when
 *   Redis is unavailable. Never rejects.
 */
export function createSharedBuckets(
  { stepUs, capacityUs }: BucketSize,
  redis: Pick<Redis, 'script'>,
): (key: string) => Promise<number | null> {
  const takeToken = redis.script(TAKE_TOKEN);

  return async (key) => {
    // Redis need not learn who the callers are, nor keep texts as long as they like.
    const digest = createHash('sha256').update(key).digest('base64url');
    const reply = await takeToken([`meshgate:rate:${digest}`], [stepUs, capacityUs]);
    return typeof reply === 'number' ? reply : null;
  };
}
