import { hostname } from 'node:os';

import type { PostgresPool } from '../shared/postgres/create-pool.ts';
import type { Metrics } from '../shared/telemetry/create-metrics.ts';
import { createGatewayPresence } from './control/access/gateway-presence.ts';
import { loadGrants } from './control/access/load-grants.ts';
import type { LoadTopic } from './control/database/watch-changes.ts';
import type { GrantRegister } from './policy/grants/grant-register.ts';

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
 * @param onFailure Told of what goes wrong; must not throw.
 */
export function createFollowedGrants(
  pool: PostgresPool,
  register: GrantRegister,
  trustedMs: number,
  metrics: Metrics,
  onFailure: (error: unknown) => void,
): FollowedGrants {
  const presence = createGatewayPresence(pool, `${hostname()}:${process.pid}`, trustedMs);
  let beganAtMs: number | null = null;
  return {
    async load(epoch) {
      register.replace(await loadGrants(pool));
      metrics.gauge('gateway_grants').set(register.size);
      // The next beat says it again.
      await presence.acknowledge(epoch).catch(onFailure);
    },
    async beforeLook() {
      const nowMs = performance.now();
      beganAtMs = null;
      try {
        await presence.beat();
        beganAtMs = nowMs;
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
