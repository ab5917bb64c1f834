import { createRedis, type Redis } from '../../../shared/redis/create-redis.ts';
import { parseNodeAddress } from '../../../shared/redis/parse-node-address.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { Audit } from '../../audit/create-audit.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { type ChangeLink, createChangeLink, NO_CHANGE_LINK } from './change-link.ts';
import { followControlState } from './follow-control-state.ts';
import { keepAudit } from './keep-audit.ts';

/** What a gateway shares with others, as far as its configuration names it. */
export interface Stores {
  /** Null keeps everything in this process. */
  readonly redis: Redis | null;
  /** The same Redis, for kept answers: another connection, so that neither holds up the other. */
  readonly cacheRedis: Redis | null;
  /** What others say has changed. */
  readonly changes: ChangeLink;
  /** Null keeps no record of who saw what. */
  readonly audit: Audit | null;
  /** @param drainMs For what waits to be recorded, in milliseconds. */
  close(drainMs: number): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2000;

/** What is kept there can be made anew; a limit that each process counts alone admits too much. */
const PATIENCE = { answers: 1, limits: 2 } as const;

/**
 * Connects to what a gateway shares with others.
 *
 * @param registers Filled and kept up to date from the control plane.
 * @throws What `followControlState` throws.
 */
export async function connectStores(
  config: GatewayConfig,
  registers: Parameters<typeof followControlState>[1],
  tools: { readonly metrics: Metrics; readonly log: Logger },
): Promise<Stores> {
  const { log } = tools;
  const control = await followControlState(config, registers, tools);
  const redis = connectRedis(config, log, PATIENCE.limits);
  const cacheRedis = sharesAnswers(config) ? connectRedis(config, log, PATIENCE.answers) : null;
  const changes = linkChanges(config, log);
  const kept = keepAudit(config, tools);
  return {
    redis,
    cacheRedis,
    changes,
    audit: kept.audit,
    async close(drainMs) {
      redis?.close();
      cacheRedis?.close();
      await kept.close(drainMs);
      await changes.close();
      await control.close();
    },
  };
}

/** Without a cache there is nothing to forget, but others may have one. */
function linkChanges({ DATABASE_URL: url }: GatewayConfig, log: Logger): ChangeLink {
  return url === null ? NO_CHANGE_LINK : createChangeLink(url, log);
}

/** Where only parts are kept, nothing is shared, but in Redis stands what others say has changed. */
function sharesAnswers(config: GatewayConfig): boolean {
  const { RESPONSE_CACHE_IN_REDIS, RESPONSE_CACHE_BYTES, ENTITY_CACHE_BYTES } = config;
  return RESPONSE_CACHE_IN_REDIS && RESPONSE_CACHE_BYTES + ENTITY_CACHE_BYTES > 0;
}

function connectRedis(
  { REDIS_URL: url, REDIS_CLUSTER_NODES: nodes, REDIS_TIMEOUT_MS: timeoutMs }: GatewayConfig,
  log: Logger,
  patience: number,
): Redis | null {
  if (url === null) return null;
  return createRedis({
    url,
    clusterNodes: nodes.map(parseNodeAddress),
    log,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    commandTimeoutMs: timeoutMs * patience,
  });
}
