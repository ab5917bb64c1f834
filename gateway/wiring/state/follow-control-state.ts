import { createPool } from '../../../shared/postgres/create-pool.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { loadCredentials } from '../../control/credentials/load-credentials.ts';
import { createRecordKeyUse } from '../../control/credentials/record-key-use.ts';
import { migrateControlSchema } from '../../control/database/migrate-control-schema.ts';
import { watchChanges } from '../../control/database/watch-changes.ts';
import type { CredentialRegister } from '../../identity/credential-register.ts';
import type { GrantRegister } from '../../policy/grants/grant-register.ts';
import { createFollowedGrants } from './follow-grants.ts';
import { tendAccess } from './tend-access.ts';

/** What a gateway holds in memory of the control plane's state. */
export interface ControlState {
  /** API keys and revocations; empty, and without a place for keys, where there is no database. */
  readonly register: CredentialRegister;
  /** Empty where there is no database. */
  readonly grants: GrantRegister;
}

export interface ControlLink {
  close(): Promise<void>;
}

const RECORD_USE_MS = 60_000;
const STATEMENT_TIMEOUT_MS = 5000;

/**
 * Fills what a gateway holds of the control plane's state, and keeps it up to date until `close`.
 *
 * A gateway does not start without: it would not know what is revoked. One that loses the database
 * later goes on with what it has, logs that once and counts every look that fails.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`, and what migrating throws.
 */
export async function followControlState(
  { DATABASE_URL: url, ROW_CLAIMS: rowClaims, GRANTS_TRUSTED_SECONDS: trusted }: GatewayConfig,
  { register, grants }: ControlState,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): Promise<ControlLink> {
  if (url === null) return { close: () => Promise.resolve() };
  await migrateControlSchema(url);

  const looks = createLookReport(metrics, log);
  const pool = createPool({
    url,
    size: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    applicationName: 'meshgate-gateway',
  });
  const followed = createFollowedGrants(pool, grants, trusted * 1000, { metrics, log });
  const topics = {
    async credentials() {
      const { apiKeys, revocations } = await loadCredentials(pool, rowClaims);
      register.replace(apiKeys, revocations);
      metrics.gauge('gateway_api_keys').set(register.size.apiKeys);
      metrics.gauge('gateway_revocations').set(register.size.revocations);
    },
    // Last: whatever is wrong with grants must not keep a revocation from being loaded.
    access: followed.load,
  };
  const { beforeLook } = followed;
  const onLook = () => {
    followed.onLook();
    looks.onLook();
  };
  const { onFailure } = looks;
  const watch = await watchChanges({ pool, url, topics, beforeLook, onLook, onFailure }).catch(
    async (error: unknown) => {
      await followed.close();
      await pool.close();
      throw error;
    },
  );
  const recordUse = createRecordKeyUse(pool, register);
  const timer = setInterval(() => void recordUse().catch(looks.onFailure), RECORD_USE_MS);
  timer.unref();
  const tending = tendAccess(pool, { metrics, log });
  return {
    async close() {
      clearInterval(timer);
      await tending.close();
      await watch.close();
      await recordUse().catch(looks.onFailure);
      await followed.close();
      await pool.close();
    },
  };
}

/** Counts every look, and logs when the database goes away and when it is back. */
function createLookReport(metrics: Metrics, log: Logger) {
  let away = false;
  return {
    onLook() {
      metrics.counter('gateway_control_looks_total', 'done').inc();
      if (away) log.info('the database of the control plane is back');
      away = false;
    },
    onFailure(error: unknown) {
      metrics.counter('gateway_control_looks_total', 'failed').inc();
      if (!away) log.error({ err: error }, 'the database of the control plane is away');
      away = true;
    },
  };
}
