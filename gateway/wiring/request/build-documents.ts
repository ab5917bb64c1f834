import type { Redis } from '../../../shared/redis/create-redis.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { createSealValue } from '../../cache/shared/seal-value.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import type { SharedDocuments } from '../../documents/document-doors.ts';
import type { LiveOperationList } from '../../documents/live-operation-list.ts';
import { RegisteredDocuments } from '../../documents/registered-documents.ts';
import { createResolveDocument, type ResolvedDocument } from '../../documents/resolve-document.ts';
import type { EdgeRequest } from '../../http/edge-types.ts';
import type { Principal } from '../../identity/principal.ts';
import { toClientNetwork } from '../../identity/rate-limit/client-network.ts';
import { observeDocuments } from './observe-documents.ts';

/** Finds the document that a request means; only a look into Redis is waited for. Never rejects. */
export type FindDocument = (
  request: EdgeRequest,
  principal: Principal,
) => ResolvedDocument | Promise<ResolvedDocument>;

export interface DocumentDoors {
  /** Null where there is none. */
  readonly operationList: LiveOperationList | null;
  /** Null where nothing is shared. */
  readonly redis: Redis | null;
  /** With which documents in Redis are encrypted; the first for new ones. */
  readonly cacheSecrets: readonly string[];
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Says which application asks; Apollo's clients send it. */
export const CLIENT_HEADER = 'apollographql-client-name';

const PREFIX = 'meshgate:document:';

const KEEP = `return redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])`;

const FIND = `
local text = redis.call('GET', KEYS[1])
if not text then return '' end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return text`;

/** Builds the stage that turns what a request gives into the text of its document. */
export function buildDocuments(
  config: GatewayConfig,
  { operationList: live, redis, cacheSecrets, metrics, log }: DocumentDoors,
  onRedisFailure: () => void,
): FindDocument {
  const observer = observeDocuments(metrics, log);
  const isOnly = config.PERSISTED_OPERATIONS === 'only';
  const requiresId = config.PERSISTED_OPERATIONS_REQUIRE_ID;
  const registers = config.AUTOMATIC_PERSISTED_QUERIES && !isOnly;
  const registered = registers
    ? new RegisteredDocuments(config.PERSISTED_QUERIES_BYTES, observer.evicted)
    : null;
  const ttlSeconds = config.PERSISTED_QUERIES_TTL_SECONDS;
  const shared =
    redis === null ? null : shareDocuments(redis, cacheSecrets, ttlSeconds, onRedisFailure);
  const list = live === null ? null : { live, isOnly, requiresId };
  metrics.beforeReading(() => {
    metrics.gauge('gateway_persisted_queries').set(registered?.size ?? 0);
    metrics.gauge('gateway_persisted_queries_bytes').set(registered?.bytes ?? 0);
    metrics.gauge('gateway_operation_list').set(live?.current.operations.length ?? 0);
  });
  const resolve = createResolveDocument({ list, registered, shared, observer });
  return (request, principal) => {
    const { query, documentId } = request.parameters;
    return resolve({
      text: query,
      id: documentId,
      client: list === null ? null : (request.header(CLIENT_HEADER) ?? null),
      requestId: request.requestId,
      owner: () => toOwner(principal, request),
    });
  };
}

/** Anonymous callers are told apart by their networks, of which one has only so many. */
function toOwner({ issuer, subject }: Principal, { address }: EdgeRequest): string {
  return JSON.stringify(subject === null ? [toClientNetwork(address)] : [issuer, subject]);
}

/** Each document has a key of its own, so that each may be in another slot of a cluster. */
function shareDocuments(
  redis: Redis,
  secrets: readonly string[],
  ttlSeconds: number,
  onFailure: () => void,
): SharedDocuments {
  const sealValue = createSealValue(secrets);
  const [runFind, runKeep] = [redis.script(FIND), redis.script(KEEP)];
  return {
    async find(hash) {
      const name = PREFIX + hash;
      const reply = await runFind([name], [ttlSeconds]);
      if (typeof reply !== 'string') onFailure();
      if (typeof reply !== 'string' || reply === '') return null;
      const text = sealValue.open(name, reply);
      return typeof text === 'string' ? text : null;
    },
    keep(hash, text) {
      const name = PREFIX + hash;
      void runKeep([name], [sealValue.seal(name, text), ttlSeconds]).then((reply) => {
        if (reply === null) onFailure();
      });
    },
  };
}
