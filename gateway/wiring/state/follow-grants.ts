import { hostname } from 'node:os';

import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { loadEmergencies } from '../../control/access/emergencies.ts';
import { createGatewayPresence } from '../../control/access/gateway-presence.ts';
import { loadGrants } from '../../control/access/load-grants.ts';
import type { LoadTopic } from '../../control/database/watch-changes.ts';
import type { GrantRegister } from '../../policy/grants/grant-register.ts';

/** The part of watching the control plane that is about grants. */
export interface FollowedGrants {
  /** Loads the topic `access`. */
  readonly load: LoadTopic;
  /** To be called before each look for changes. */
  readonly beforeLook: () => Promise<void>;
  /** To be called after each look that succeeds. */
  readonly onLook: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Creates what keeps a register of grants up to date, and says so to those who change them.
 *
 * A process that cannot say that it runs uses no grants: nobody would wait for it.
 *
 * @param trustedMs How long the register is used after it was last confirmed.
 */
export function createFollowedGrants(
  pool: PostgresPool,
  register: GrantRegister,
  trustedMs: number,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): FollowedGrants {
  const presence = createGatewayPresence(pool, `${hostname()}:${process.pid}`, trustedMs);
  const told = new Set<string>();
  let beganAtMs: number | null = null;
  let mute = false;
  const onFailure = (error: unknown): void => {
    if (!mute) log.error({ err: error }, 'this gateway cannot say that it runs: it uses no grants');
    mute = true;
  };
  const tellEmergencies = async (): Promise<void> => {
    for (const { grant, request, product } of await loadEmergencies(pool)) {
      if (told.has(grant)) continue;
      told.add(grant);
      metrics.counter('gateway_emergencies_total').inc();
      log.warn({ grant, request, product }, 'access was taken in an emergency: review it');
    }
  };
  return {
    async load(epoch) {
      register.replace(await loadGrants(pool));
      metrics.gauge('gateway_grants').set(register.size);
      // The next beat says it again.
      await presence.acknowledge(epoch).catch(onFailure);
      await tellEmergencies();
    },
    async beforeLook() {
      const nowMs = performance.now();
      beganAtMs = null;
      try {
        await presence.beat();
        beganAtMs = nowMs;
        if (mute) log.info('this gateway says that it runs again');
        mute = false;
      } catch (error) {
        onFailure(error);
      }
    },
    onLook() {
      if (beganAtMs !== null) register.confirm(beganAtMs);
    },
    close: () => presence.leave().catch(onFailure),
  };
}
