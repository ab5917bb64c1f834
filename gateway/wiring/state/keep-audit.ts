import { randomUUID } from 'node:crypto';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { createPool } from '../../../shared/postgres/create-pool.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { AuditQueue } from '../../audit/audit-queue.ts';
import {
  type Audit,
  createAudit,
  type PendingRecord,
  toAuditRecord,
} from '../../audit/create-audit.ts';
import { createHashedKeys, type EntityKeyForm, PLAIN_KEYS } from '../../audit/entity-key-form.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { loadSecret } from '../../config/secret-reference.ts';
import { createWriteBatch } from '../../control/audit/write-batches.ts';

/** The ledger as one gateway process writes it. */
export interface KeptAudit {
  /** Null where nothing is recorded. */
  readonly audit: Audit | null;
  /** Writes what waits, for at most that long. */
  close(drainMs: number): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 5000;

/**
 * Finds how records name entities.
 *
 * @param env Where the secret may be.
 * @returns Null where they name none.
 * @throws {MeshgateError} `CONFIG_INVALID` where keys are to be hashed and there is no secret.
 */
export async function loadEntityKeyForm(
  { AUDIT, DATABASE_URL, AUDIT_ENTITY_KEYS: kind, AUDIT_KEY_SECRET: secret }: GatewayConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EntityKeyForm | null> {
  if (!AUDIT || DATABASE_URL === null || kind === 'none') return null;
  if (kind === 'plain') return PLAIN_KEYS;
  if (secret !== null) return createHashedKeys(await loadSecret(secret, env));
  throw new MeshgateError('CONFIG_INVALID', {
    message:
      'Expected AUDIT_KEY_SECRET, which says where the secret is (env:NAME or file:PATH), because AUDIT_ENTITY_KEYS is hashed: without a secret, whoever reads the ledger could try all keys.',
  });
}

/**
 * Begins a chain of batches in the ledger. The schema is up to date when this is called.
 *
 * @param keyForm How records name entities; null where they name none.
 */
export function keepAudit(
  config: GatewayConfig,
  keyForm: EntityKeyForm | null,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): KeptAudit {
  const { AUDIT, AUDIT_QUEUE: capacity, AUDIT_WHEN_FULL: whenFull, DATABASE_URL: url } = config;
  if (!AUDIT || url === null) return { audit: null, close: () => Promise.resolve() };
  const pool = createPool({
    url,
    size: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    applicationName: 'meshgate-audit',
  });
  const writer = randomUUID();
  const writeBatch = createWriteBatch(pool, writer);
  const report = createReport(metrics, log);
  const queue = new AuditQueue<PendingRecord>(capacity, config.AUDIT_FAILING_SECONDS * 1000, {
    write: (batch) => writeBatch(batch.map((record) => toAuditRecord(record, keyForm))),
    ...report,
  });
  metrics.beforeReading(() => metrics.gauge('gateway_audit_queue').set(queue.length));
  return {
    audit: createAudit({ queue, whenFull, onDropped: report.onDropped, now: Date.now }),
    async close(drainMs) {
      const lost = await queue.drain(drainMs);
      if (lost > 0) report.onLost(lost);
      await pool.close();
    },
  };
}

/** Counts records, and logs when the ledger cannot be written and when it can again. */
function createReport(metrics: Metrics, log: Logger) {
  let failing = false;
  let dropping = false;
  const dropped = metrics.counter('gateway_audit_records_total', 'dropped');
  return {
    onWritten(records: number) {
      metrics.counter('gateway_audit_records_total', 'written').inc(records);
      if (failing) log.info('the audit ledger can be written again');
      failing = false;
      dropping = false;
    },
    onFailure(error: unknown) {
      metrics.counter('gateway_audit_failures_total').inc();
      if (!failing) log.error({ err: error }, 'the audit ledger cannot be written');
      failing = true;
    },
    onDropped() {
      dropped.inc();
      if (!dropping) log.error('classified data is answered without a record of it');
      dropping = true;
    },
    onLost(records: number) {
      dropped.inc(records);
      log.error({ records }, 'records of who saw classified data are lost');
    },
  };
}
