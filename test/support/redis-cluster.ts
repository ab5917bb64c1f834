import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { toSlot } from '../../shared/redis/key-slot.ts';
import { findFreePorts } from './free-ports.ts';
import { startRedisOn, type TestRedis } from './redis.ts';
import type { TestCertificate } from './tls-certificate.ts';

/** A Redis Cluster of one test. */
export interface TestRedisCluster {
  /** Three that have all slots, in order, a third each. */
  readonly masters: readonly TestRedis[];
  /** Copies of the masters, in their order; none unless asked for. */
  readonly replicas: readonly TestRedis[];
  /** Settings of a gateway that uses it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The master that has the slot of a key. */
  masterOf(key: string): TestRedis;
  /** Keys of all masters that fit a pattern. */
  keys(pattern: string): Promise<readonly string[]>;
}

const THIRDS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** A server that does not answer for so long counts as failed, in milliseconds. */
const NODE_TIMEOUT_MS = 2000;

/**
 * Starts three servers on free ports of 127.0.0.1 as a cluster, and ends them with the test.
 *
 * @param copies Replicas of each master; 0 or 1. Without, what a stopped master has is not served.
 * @param certificate With which they speak TLS, to each other and to gateways; null for none.
 */
export async function startRedisCluster(
  copies: 0 | 1 = 0,
  certificate: TestCertificate | null = null,
): Promise<TestRedisCluster> {
  const count = 3 * (1 + copies);
  // Each server has a second port, where it speaks to the others, and one for TLS.
  const first = await findFreePorts(3 * count);
  const toTlsPort = (port: number) => (certificate === null ? port : port + 2 * count);
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-cluster-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startRedisOn(first + index, [
        ...['--cluster-enabled', 'yes', '--cluster-node-timeout', `${NODE_TIMEOUT_MS}`],
        ...['--cluster-config-file', join(folder, `${index}.conf`), '--dir', folder],
        ...['--cluster-port', `${first + count + index}`, '--repl-diskless-sync-delay', '0'],
        ...['--cluster-require-full-coverage', 'no', '--cluster-replica-validity-factor', '0'],
        ...(certificate === null ? [] : toTlsOptions(toTlsPort(first + index), certificate)),
      ]),
    ),
  );
  const [head] = servers;
  if (head === undefined) throw new Error('there is always a first one');
  const [masters, replicas] = [servers.slice(0, 3), servers.slice(3)];
  for (const [index, master] of masters.entries()) {
    const [from, to] = THIRDS[index] ?? [0, 0];
    await master.command('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`);
    await master.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
  }
  for (const [index, { port }] of servers.entries()) {
    if (index === 0) continue;
    const ports = [toTlsPort(port), first + count + index].map(String);
    await head.command('CLUSTER', 'MEET', '127.0.0.1', ...ports);
  }
  await untilAll(servers, `cluster_known_nodes:${count}\r`);
  for (const [index, replica] of replicas.entries()) {
    const id = (await masters[index]?.command('CLUSTER', 'MYID'))?.trim() ?? '';
    await replica.command('CLUSTER', 'REPLICATE', id);
  }
  await untilAll(servers, 'cluster_state:ok');
  for (const replica of replicas) {
    await until(async () =>
      (await replica.command('INFO', 'replication')).includes('link_status:up'),
    );
  }
  return {
    masters,
    replicas,
    settings: {
      REDIS_URL: certificate === null ? head.url : `rediss://127.0.0.1:${toTlsPort(head.port)}`,
      REDIS_CLUSTER_NODES: masters.map(({ port }) => `127.0.0.1:${toTlsPort(port)}`).join(','),
    },
    masterOf(key) {
      const slot = toSlot(key);
      const index = THIRDS.findIndex(([from, to]) => from <= slot && slot <= to);
      return masters[index] ?? head;
    },
    async keys(pattern) {
      const texts = await Promise.all(masters.map((one) => one.command('KEYS', pattern)));
      return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
    },
  };
}

function toTlsOptions(port: number, { key, certificate }: TestCertificate): readonly string[] {
  return [
    ...['--tls-cluster', 'yes', '--tls-replication', 'yes', '--tls-port', `${port}`],
    ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
    ...['--tls-auth-clients', 'no'],
  ];
}

async function untilAll(servers: readonly TestRedis[], text: string): Promise<void> {
  for (const server of servers) {
    await until(async () => (await server.command('CLUSTER', 'INFO')).includes(text));
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
