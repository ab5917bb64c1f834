import { readFile } from 'node:fs/promises';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { createRedis, type Redis } from '../../../shared/redis/create-redis.ts';
import { parseNodeAddress } from '../../../shared/redis/parse-node-address.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { loadSecret } from '../../config/secret-reference.ts';

/** Connections to the Redis that gateways share; null where there is none. */
export interface RedisConnections {
  readonly limits: Redis | null;
  /** Another connection, so that neither holds up the other; null where answers are not shared. */
  readonly answers: Redis | null;
}

const CONNECT_TIMEOUT_MS = 2000;

/** What is kept there can be made anew; a limit that each process counts alone admits too much. */
const PATIENCE = { answers: 1, limits: 2 } as const;

/**
 * Begins to connect.
 *
 * @param env Where secrets may be, variables by name.
 * @throws {MeshgateError} `CONFIG_INVALID` when the password or the authorities cannot be read.
 */
export async function connectRedis(
  config: GatewayConfig,
  env: Readonly<Record<string, string | undefined>>,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): Promise<RedisConnections> {
  const { REDIS_URL: url, REDIS_PASSWORD: password, REDIS_CA_FILE: file } = config;
  if (url === null) return { limits: null, answers: null };
  const { REDIS_SENTINELS: sentinels, REDIS_SENTINEL_PASSWORD: sentinelPassword } = config;
  const settings = {
    url,
    sentinels:
      sentinels.length === 0
        ? null
        : {
            nodes: sentinels.map(parseNodeAddress),
            name: config.REDIS_SENTINEL_NAME,
            password: sentinelPassword === null ? null : await loadSecret(sentinelPassword, env),
          },
    clusterNodes: config.REDIS_CLUSTER_NODES.map(parseNodeAddress),
    password: password === null ? null : await loadSecret(password, env),
    authorities: file === null ? null : await readAuthorities(file),
    serverName: config.REDIS_SERVER_NAME,
    log,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  };
  const connect = (use: keyof typeof PATIENCE): Redis => {
    const redis = createRedis({
      ...settings,
      commandTimeoutMs: config.REDIS_TIMEOUT_MS * PATIENCE[use],
      onFailure: (kind) => metrics.counter('gateway_redis_errors_total', use, kind).inc(),
    });
    observeServers(redis, use, metrics);
    return redis;
  };
  return { limits: connect('limits'), answers: sharesKept(config) ? connect('answers') : null };
}

function observeServers(redis: Redis, use: string, metrics: Metrics): void {
  const up = metrics.gauge('gateway_redis_servers', use, 'up');
  const away = metrics.gauge('gateway_redis_servers', use, 'away');
  metrics.beforeReading(() => {
    up.set(redis.nodes.up);
    away.set(redis.nodes.away);
  });
}

/** Whatever of it is shared, in Redis stands what others say has changed. */
function sharesKept(config: GatewayConfig): boolean {
  const { RESPONSE_CACHE_IN_REDIS, ENTITY_CACHE_IN_REDIS } = config;
  const { RESPONSE_CACHE_BYTES, ENTITY_CACHE_BYTES } = config;
  const isShared = RESPONSE_CACHE_IN_REDIS || ENTITY_CACHE_IN_REDIS;
  return isShared && RESPONSE_CACHE_BYTES + ENTITY_CACHE_BYTES > 0;
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `REDIS_CA_FILE: expected certificates as PEM in ${file}, which cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      cause,
    });
  }
}
