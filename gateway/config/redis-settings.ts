import { z } from 'zod';

import { secretReference } from './secret-reference.ts';
import { list, milliseconds, path, text } from './setting-types.ts';

/** Where a server listens, as `host:port`, an IPv6 address in brackets. */
const hostAndPort = () =>
  text().refine(
    (value) =>
      /^([\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/.test(value) &&
      Number(/\d+$/.exec(value)?.[0]) <= 65_535,
    { error: 'expected host:port' },
  );

/** What gateways share without a database. */
export const redisSettings = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'expected a redis or rediss URL' })
    .nullable()
    .default(null)
    .describe('Redis or Valkey shared by all replicas; unset keeps everything in the process.'),
  REDIS_CLUSTER_NODES: list('host:port', hostAndPort())
    .default([])
    .describe(
      'More servers of the cluster that `REDIS_URL` is one of, to begin with when that one is away; the others are learnt from them. None where it stands alone. User, password and TLS are those of `REDIS_URL`.',
    ),
  REDIS_SENTINELS: list('host:port', hostAndPort())
    .default([])
    .describe(
      'Redis Sentinels that say which server is the master; then the host in `REDIS_URL` is not connected to. None where it stands alone. TLS and certificates are as for the master.',
    ),
  REDIS_SENTINEL_NAME: text()
    .default('mymaster')
    .describe('Name under which the sentinels watch the master.'),
  REDIS_SENTINEL_PASSWORD: secretReference()
    .nullable()
    .default(null)
    .describe('Where the password of the sentinels is, `env:NAME` or `file:PATH`; unset for none.'),
  REDIS_PASSWORD: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the password for Redis is, `env:NAME` or `file:PATH`; it counts before one in `REDIS_URL`, which names the user.',
    ),
  REDIS_CA_FILE: path()
    .nullable()
    .default(null)
    .describe(
      'Certificates, as PEM, of who may sign that of a `rediss` server; unset trusts those that Node trusts.',
    ),
  REDIS_SERVER_NAME: text()
    .nullable()
    .default(null)
    .describe(
      'Name in the certificate of a `rediss` server, where it is not the host that is connected to, as with the servers of a cluster.',
    ),
  REDIS_TIMEOUT_MS: milliseconds(1, 10_000)
    .default(50)
    .describe(
      'How long a request waits for kept answers in Redis, before it goes on without; for a rate limit twice as long.',
    ),
} as const;

interface RedisChoice {
  readonly REDIS_URL: string | null;
  readonly REDIS_CLUSTER_NODES: readonly string[];
  readonly REDIS_SENTINELS: readonly string[];
}

/** Finds what does not go together. */
export function findRedisProblems(
  config: RedisChoice,
): readonly { readonly setting: keyof RedisChoice; readonly message: string }[] {
  const { REDIS_URL: url, REDIS_CLUSTER_NODES: nodes, REDIS_SENTINELS: sentinels } = config;
  const settings = [
    ...(nodes.length === 0 ? [] : ['REDIS_CLUSTER_NODES' as const]),
    ...(sentinels.length === 0 ? [] : ['REDIS_SENTINELS' as const]),
  ];
  if (url === null) {
    const message = 'expected none without REDIS_URL, which says how to speak to them';
    return settings.map((setting) => ({ setting, message }));
  }
  if (settings.length === 2) {
    const message = 'expected none with REDIS_CLUSTER_NODES, because a cluster has no sentinels';
    return [{ setting: 'REDIS_SENTINELS', message }];
  }
  if (nodes.length === 0) return [];
  if (!URL.canParse(url) || /^(\/0?)?$/.test(new URL(url).pathname)) return [];
  return [
    { setting: 'REDIS_URL', message: 'expected no database, because a cluster has one only' },
  ];
}
