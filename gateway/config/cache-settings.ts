import { secretReference } from './secret-reference.ts';
import { choice, flag, list, whole } from './setting-types.ts';

const MEBIBYTE = 1024 * 1024;

/** What is kept of answers that products allow to be kept. */
export const cacheSettings = {
  RESPONSE_CACHE_BYTES: whole('bytes', 0, 64 * 1024 * MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe(
      'Memory in each process for answers that the products allow to be kept, by an estimate; the least recently used goes first, and 0 keeps none.',
    ),
  ENTITY_CACHE_BYTES: whole('bytes', 0, 64 * 1024 * MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe(
      'Memory in each process for entities and responses of products that they allow to be kept, by an estimate; the least recently used goes first, and 0 keeps none.',
    ),
  ENTITY_CACHE_MISSING_SECONDS: whole('seconds', 0, 24 * 60 * 60)
    .default(10)
    .describe(
      'For how long it is believed at most that a product has no entity of a key; 0 asks each time.',
    ),
  RESPONSE_CACHE_IN_REDIS: flag()
    .default(true)
    .describe('Whether gateways with one `REDIS_URL` share the answers that they keep.'),
  ENTITY_CACHE_IN_REDIS: flag()
    .default(true)
    .describe(
      'Whether gateways with one `REDIS_URL` share the entities and responses of products that they keep; what is tagged only with `RESPONSE_CACHE_SECRETS`.',
    ),
  RESPONSE_CACHE_SECRETS: list('secrets', secretReference())
    .default([])
    .describe(
      'Where secrets are that encrypt answers and their parts in Redis, each `env:NAME` or `file:PATH`: the first one for new answers, all of them to read. None leaves answers readable for who reads Redis.',
    ),
  CACHE_STATUS: flag()
    .default(false)
    .describe(
      'Whether answers say in `Cache-Status` whether they were kept, and for how long yet.',
    ),
  EXPLAIN_CACHE: choice('on', 'off', 'authenticated')
    .optional()
    .describe(
      'Who is told in `extensions.cache`, on request, what was kept of an answer: everybody, nobody, or known callers. It tells what others have asked.',
    )
    .meta({ byMode: { development: 'authenticated', production: 'off' } }),
  CACHE_SHADOW_PERCENT: whole('percent', 0, 100)
    .default(0)
    .describe(
      'Of how many queries in a hundred the answer comes from the products, and is compared with the one that is kept, as are its parts; 100 gives nothing that is kept.',
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
