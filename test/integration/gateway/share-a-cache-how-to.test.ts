/**
 * The page `docs/how-to/share-a-cache.md`: its user has the rights that gateways need, over TLS and in
 * a cluster.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createCountingShop } from '../../support/counting-shop.ts';
import { findFreePorts } from '../../support/free-ports.ts';
import { findMarkdownBlocks } from '../../support/markdown-blocks.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startWatchedRedis } from '../../support/redis-sentinels.ts';
import { serveShop } from '../../support/serve-shop.ts';
import { createCertificate } from '../../support/tls-certificate.ts';
import { writeFolder } from '../../support/write-folder.ts';

const NAME = { query: '{ good(id: "1") { name } }' };
const RENAME = { query: 'mutation { rename(id: "1", to: "x") }' };
const SECRETS = {
  REDIS_SECRET: 'a password',
  CACHE_SECRET: 'a secret for tests',
  SENTINEL_SECRET: 'watchword',
};
const PATIENT = { timeout: 20_000, interval: 50 };

const page = await readFile(
  new URL('../../../docs/how-to/share-a-cache.md', import.meta.url),
  'utf8',
);

const readBlock = (info: string): string =>
  findMarkdownBlocks(page).find((block) => block.info === `sh ${info}`)?.text ?? '';

const readSettings = (info: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readBlock(info)
      .split('\n')
      .map((line) => /^export (\w+)=(.*)$/.exec(line)?.slice(1) ?? ['', '']),
  );

/** As the page says. */
async function addUser(redis: TestRedis): Promise<void> {
  await promisify(execFile)('bash', ['-c', readBlock('user')], {
    env: { ...process.env, ...SECRETS, ADMIN_REDIS_URL: redis.url },
  });
}

/** Serves two gateways until one gives what the other has kept, parts too, and forgets what the other has changed. */
async function exercise(
  servers: readonly TestRedis[],
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const first = await serveShop(createCountingShop(), {
    RATE_LIMIT_REQUESTS: '100000',
    ENTITY_CACHE_BYTES: '1000000',
    ...settings,
    ...SECRETS,
  });
  const second = await first.serveAnother();
  const ask = async (gateway: Pick<typeof first, 'post'>, headers = {}) =>
    JSON.stringify((await gateway.post(NAME, headers)).body.data);

  await expect
    .poll(async () => {
      await ask(first, { 'cache-control': 'no-cache' });
      await first.post(RENAME);
      await ask(first);
      await ask(second);
      return second.metric('gateway_response_cache_lookups_total{state="shared_hit"}');
    }, PATIENT)
    .toBeGreaterThan(0);
  const name = await ask(second);
  await first.post(RENAME);
  await expect.poll(() => ask(second), PATIENT).not.toBe(name);

  for (const server of servers) {
    // What was refused, of commands and of keys.
    expect(await server.command('ACL', 'LOG')).toBe('\n');
  }
}

test('two gateways share over TLS, as a user of few rights', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const settings = readSettings('settings');
  const name = settings.REDIS_SERVER_NAME ?? '';
  const { key, certificate } = await createCertificate(folder.path, name);
  const tlsPort = await findFreePorts(1);
  const redis = await startRedis([
    ...['--tls-port', `${tlsPort}`, '--tls-cert-file', certificate, '--tls-key-file', key],
    ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
  ]);
  await addUser(redis);

  const url = new URL(settings.REDIS_URL ?? '');
  expect(url.hostname).toBe(name);
  url.hostname = '127.0.0.1';
  url.port = `${tlsPort}`;

  await exercise([redis], { ...settings, REDIS_URL: url.href, REDIS_CA_FILE: certificate });
});

test('two gateways share a cluster over TLS, as a user of few rights', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const settings = readSettings('settings');
  const files = await createCertificate(folder.path, settings.REDIS_SERVER_NAME ?? '');
  const cluster = await startRedisCluster(0, files);
  for (const master of cluster.masters) await addUser(master);
  const url = new URL(cluster.settings.REDIS_URL ?? '');
  url.username = new URL(settings.REDIS_URL ?? '').username;

  await exercise(cluster.masters, {
    ...settings,
    ...cluster.settings,
    REDIS_URL: url.href,
    REDIS_CA_FILE: files.certificate,
  });
  for (const master of cluster.masters) {
    // Nobody came past TLS.
    const clients = (await master.command('CLIENT', 'LIST')).trim().split('\n');
    const gateways = clients.filter((line) => line.includes('name=meshgate'));
    expect(gateways.length).toBeGreaterThan(0);
    const plain = ` laddr=127.0.0.1:${master.port} `;
    expect(gateways.filter((line) => line.includes(plain))).toEqual([]);
  }
});

test('two gateways share a cluster, as a user of few rights', async () => {
  const cluster = await startRedisCluster();
  for (const master of cluster.masters) await addUser(master);
  const [name] = Object.keys(readSettings('cluster'));
  expect(name).toBe('REDIS_CLUSTER_NODES');

  await exercise(cluster.masters, {
    ...cluster.settings,
    REDIS_URL: (cluster.settings.REDIS_URL ?? '').replace('redis://', 'redis://meshgate@'),
    REDIS_PASSWORD: readSettings('settings').REDIS_PASSWORD ?? '',
  });
});

test('two gateways share what sentinels watch over TLS, with passwords, as a user of few rights', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const [settings, watched] = [readSettings('settings'), readSettings('sentinels')];
  const files = await createCertificate(folder.path, settings.REDIS_SERVER_NAME ?? '');
  const redis = await startWatchedRedis({
    name: watched.REDIS_SENTINEL_NAME ?? '',
    certificate: files,
    password: SECRETS.SENTINEL_SECRET,
  });
  await addUser(redis.master);
  await addUser(redis.replica);

  await exercise([redis.master, redis.replica], {
    ...settings,
    ...watched,
    REDIS_SENTINELS: redis.settings.REDIS_SENTINELS ?? '',
    REDIS_CA_FILE: files.certificate,
  });
});
