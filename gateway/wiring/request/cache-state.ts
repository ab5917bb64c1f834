/**
 * Where a request could get its answer; `shared_hit` is from Redis, `bypass` what the cache has no
 * part in.
 */
export type CacheState = KeptState | MadeState;
export type KeptState = 'hit' | 'shared_hit' | 'stale' | 'stale_if_error';
export type MadeState = 'miss' | 'bypass';
