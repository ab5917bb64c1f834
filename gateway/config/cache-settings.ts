import { secretReference } from './secret-reference.ts';
import { flag, whole } from './setting-types.ts';

const MEBIBYTE = 1024 * 1024;

/** What is kept of answers that products allow to be kept. */
export const cacheSettings = {
  RESPONSE_CACHE_BYTES: whole('bytes', 0, 64 * 1024 * MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe(
      'Memory in each process for answers that the products allow to be kept, by an estimate; the least recently used goes first, and 0 keeps none.',
    ),
  SURROGATE_KEYS: flag()
    .default(false)
    .describe(
      'Whether answers that may be kept name their products and cache tags in `Surrogate-Key`, for a cache in front.',
    ),
  CACHE_INVALIDATION_KEY: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the key is that `POST /cache/invalidate` asks for: `env:NAME` or `file:PATH`; unset does not serve it.',
    ),
} as const;
