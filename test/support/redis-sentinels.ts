import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findFreePorts } from './free-ports.ts';
import { startRedisOn, startSentinel, type TestRedis } from './redis.ts';
import type { TestCertificate } from './tls-certificate.ts';

/** A Redis with a copy, and three sentinels that watch them. */
export interface WatchedRedis {
  readonly master: TestRedis;
  readonly replica: TestRedis;
  readonly sentinels: readonly TestRedis[];
  /** Settings of a gateway that uses it. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface WatchedOptions {
  /** Under which the sentinels watch the master. */
  readonly name: string;
  /** With which all speak TLS; null for none. */
  readonly certificate: TestCertificate | null;
  /** Of the sentinels; null for none. */
  readonly password: string | null;
}

/** A server that does not answer for so long counts as failed, in milliseconds. */
const DOWN_AFTER_MS = 1000;

/** Starts all on free ports of 127.0.0.1, and ends them with the test. */
export async function startWatchedRedis({
  name,
  certificate,
  password,
}: WatchedOptions): Promise<WatchedRedis> {
  const first = await findFreePorts(10);
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-sentinels-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const toTlsPort = (port: number) => (certificate === null ? port : port + 5);
  const tlsOf = (port: number) => (certificate === null ? [] : toTls(toTlsPort(port), certificate));
  const serve = (port: number, options: readonly string[]) =>
    startRedisOn(port, [
      ...['--dir', folder, '--repl-diskless-sync-delay', '0', ...options],
      ...tlsOf(port).flatMap(([key = '', value = '']) => [`--${key}`, value]),
    ]);
  const master = await serve(first, []);
  const replica = await serve(first + 1, ['--replicaof', `127.0.0.1 ${toTlsPort(first)}`]);
  await until(async () => (await replica.command('INFO', 'replication')).includes('status:up'));
  const sentinels = await Promise.all(
    [2, 3, 4].map(async (index) => {
      const file = join(folder, `sentinel-${index}.conf`);
      const lines = [
        ...[`port ${first + index}`, 'bind 127.0.0.1', `dir ${folder}`],
        ...tlsOf(first + index).map((words) => words.join(' ')),
        ...(password === null
          ? []
          : [`requirepass ${password}`, `sentinel sentinel-pass ${password}`]),
        `sentinel monitor ${name} 127.0.0.1 ${toTlsPort(first)} 2`,
        `sentinel down-after-milliseconds ${name} ${DOWN_AFTER_MS}`,
        `sentinel failover-timeout ${name} 5000`,
      ];
      await writeFile(file, `${lines.join('\n')}\n`);
      return startSentinel(first + index, file);
    }),
  );
  const ask = password === null ? [] : ['--no-auth-warning', '-a', password];
  for (const sentinel of sentinels) {
    await until(async () =>
      (await sentinel.command(...ask, 'SENTINEL', 'CKQUORUM', name)).startsWith('OK 3'),
    );
    await until(async () =>
      (await sentinel.command(...ask, 'SENTINEL', 'REPLICAS', name)).includes('slave-priority'),
    );
  }
  const scheme = certificate === null ? 'redis' : 'rediss';
  return {
    master,
    replica,
    sentinels,
    settings: {
      // The host says nothing.
      REDIS_URL: `${scheme}://none.example`,
      REDIS_SENTINELS: sentinels.map(({ port }) => `127.0.0.1:${toTlsPort(port)}`).join(','),
      REDIS_SENTINEL_NAME: name,
    },
  };
}

function toTls(
  port: number,
  { key, certificate }: TestCertificate,
): readonly (readonly string[])[] {
  return [
    ['tls-port', `${port}`],
    ['tls-replication', 'yes'],
    ['tls-cert-file', certificate],
    ['tls-key-file', key],
    ['tls-ca-cert-file', certificate],
    ['tls-auth-clients', 'no'],
  ];
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
