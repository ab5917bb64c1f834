/**
 * Redis for whoever needs it, one server or a cluster.
 *
 * Redis makes a replica better and must never make it worse: a command that is not
 * answered in time is answered with null, and while a server is away a command does not
 * even try. So no request ever finds out whether Redis is back.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Logger } from '../telemetry/logger.ts';
import { ClusterConnection, type NodeAddress } from './cluster-connection.ts';
import { spreadTags } from './key-slot.ts';
import {
  NodeConnection,
  type Outcome,
  type RedisFailure,
  type Script,
  toFirstWord,
} from './node-connection.ts';
import { parseRedisUrl, type RedisAddress } from './parse-redis-url.ts';
import { SentinelConnection } from './sentinel-connection.ts';

export interface RedisSettings {
  /** `redis://[user:password@]host[:port][/database]`; `rediss://` for TLS. */
  readonly url: string;
  /** More servers of the cluster that the one at `url` belongs to; none where it stands alone. */
  readonly clusterNodes?: readonly NodeAddress[];
  /** Who say where it is instead of the host in `url`; null for nobody. */
  readonly sentinels?: RedisSentinels | null;
  /** Counts before the one in `url`; null for that one. */
  readonly password?: string | null;
  /** Authorities that sign the certificates, as PEM; null for those that Node trusts. */
  readonly authorities?: string | null;
  /** Whose name the certificates have; null for the host of each connection. */
  readonly serverName?: string | null;
  /** Hears once that a server is away, and once that it is back. */
  readonly log: Logger;
  readonly connectTimeoutMs: number;
  /** What one command may cost a request at most, while this process itself does not pause. */
  readonly commandTimeoutMs: number;
  /** Told of each command that was not done. */
  readonly onFailure?: (failure: RedisFailure) => void;
}

/** Redis Sentinels that watch a server and its replicas. TLS and the names of certificates are those of the server. */
export interface RedisSentinels {
  /** At least one. */
  readonly nodes: readonly NodeAddress[];
  /** Under which they watch it. */
  readonly name: string;
  /** Null for none. */
  readonly password: string | null;
}

/**
 * Runs a script: atomically, in one round trip. Never rejects.
 *
 * @param keys All keys that the script touches; in a cluster they must share a slot.
 * @returns The reply, which must not be null itself; null when Redis is unavailable or refuses.
 */
export type RunScript = (
  keys: readonly string[],
  values: readonly (string | number)[],
) => Promise<unknown>;

/** A Redis or Valkey server, or a cluster of them, that may be away at any time. */
export interface Redis {
  /**
   * Makes a Lua script ready to be run; called once for each script.
   *
   * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
   */
  script(source: string): RunScript;
  /** Hash tags over which keys of one kind spread evenly on all servers; one where there is one server. */
  tagsFor(kind: string): readonly string[];
  /** Servers by whether they answer, counts. */
  readonly nodes: { readonly up: number; readonly away: number };
  /** Cuts the connections for good; commands under way and later ones resolve to null. */
  close(): void;
}

/** Into so many parts a cluster divides keys of one kind: as many servers can share the work. */
const CLUSTER_TAGS = 16;

/** Starts to connect and returns at once; until Redis answers it counts as unavailable. */
export function createRedis(settings: RedisSettings): Redis {
  const { clusterNodes = [], sentinels = null } = settings;
  const address = toAddress(settings);
  const run =
    sentinels !== null
      ? connectWatched(settings, address, sentinels)
      : clusterNodes.length === 0
        ? connectOne(settings, address)
        : connectCluster(settings, address, clusterNodes);
  const settle = createSettle(settings);
  return {
    script(source) {
      const script = { source, digest: createHash('sha1').update(source).digest('hex') };
      return async (keys, values) => settle(await run.run(script, keys, values));
    },
    tagsFor: (kind) => (clusterNodes.length === 0 ? [kind] : spreadTags(kind, CLUSTER_TAGS)),
    get nodes() {
      return run.nodes;
    },
    close: () => run.close(),
  };
}

interface Runner extends Pick<Redis, 'nodes' | 'close'> {
  run(
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<Outcome>;
}

function connectOne(settings: RedisSettings, address: RedisAddress): Runner {
  const node = new NodeConnection({ ...settings, address });
  return {
    run: (script, keys, values) => node.run(script, keys, values),
    get nodes() {
      return node.isReady ? { up: 1, away: 0 } : { up: 0, away: 1 };
    },
    close: () => node.close(),
  };
}

function connectCluster(
  settings: RedisSettings,
  address: RedisAddress,
  others: readonly NodeAddress[],
): Runner {
  const { log } = settings;
  return new ClusterConnection({
    seeds: [address, ...others],
    connect: ({ host, port }, onReady) =>
      new NodeConnection({
        ...settings,
        log: log.child({ node: `${host}:${port}` }),
        address: { ...address, host, port },
        onReady,
      }),
  });
}

function connectWatched(
  settings: RedisSettings,
  address: RedisAddress,
  { nodes, name, password }: RedisSentinels,
): Runner {
  const { log } = settings;
  const { tls } = address;
  const ofSentinel = {
    db: 0,
    ...(password === null ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
  return new SentinelConnection({
    sentinels: nodes,
    name,
    connectSentinel: ({ host, port }, onReady) =>
      new NodeConnection({
        ...settings,
        log: log.child({ sentinel: `${host}:${port}` }),
        address: { ...ofSentinel, host, port },
        onReady,
      }),
    connectMaster: ({ host, port }) =>
      new NodeConnection({
        ...settings,
        log: log.child({ node: `${host}:${port}` }),
        address: { ...address, host, port },
      }),
  });
}

function toAddress({ url, password, authorities, serverName }: RedisSettings): RedisAddress {
  const address = parseRedisUrl(url);
  return {
    ...address,
    ...(password == null ? {} : { password }),
    ...(address.tls === undefined
      ? {}
      : {
          tls: {
            ...(authorities == null ? {} : { ca: authorities }),
            ...(serverName == null ? {} : { servername: serverName }),
          },
        }),
  };
}

/** Says once that Redis refuses, until it has done something again. */
function createSettle({ log, onFailure }: RedisSettings): (outcome: Outcome) => unknown {
  let isRefusing = false;
  return (outcome) => {
    if (outcome.ok) {
      isRefusing = false;
      return outcome.reply;
    }
    const { failure, message } = outcome;
    onFailure?.(failure);
    const isNo = failure === 'refused' || failure === 'full' || failure === 'moved';
    if (isNo && !isRefusing) {
      isRefusing = true;
      log.error({ reason: toFirstWord(message) }, 'Redis refuses a command.');
    }
    return null;
  };
}
