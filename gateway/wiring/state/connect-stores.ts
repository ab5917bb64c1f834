import type { Redis } from '../../../shared/redis/create-redis.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { Audit } from '../../audit/create-audit.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { type ChangeLink, createChangeLink, NO_CHANGE_LINK } from './change-link.ts';
import { connectRedis } from './connect-redis.ts';
import { followControlState } from './follow-control-state.ts';
import { keepAudit, loadEntityKeyForm } from './keep-audit.ts';

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

/**
 * Connects to what a gateway shares with others.
 *
 * @param registers Filled and kept up to date from the control plane.
 * @param env Where secrets may be.
 * @throws What `loadEntityKeyForm`, `followControlState` and `connectRedis` throw.
 */
export async function connectStores(
  config: GatewayConfig,
  registers: Parameters<typeof followControlState>[1],
  env: Readonly<Record<string, string | undefined>>,
  tools: { readonly metrics: Metrics; readonly log: Logger },
): Promise<Stores> {
  const { log } = tools;
  const keyForm = await loadEntityKeyForm(config, env);
  const control = await followControlState(config, registers, tools);
  const { limits: redis, answers: cacheRedis } = await connectRedis(config, env, tools).catch(
    async (error: unknown) => {
      await control.close();
      throw error;
    },
  );
  const changes = linkChanges(config, log);
  const kept = keepAudit(config, keyForm, tools);
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
