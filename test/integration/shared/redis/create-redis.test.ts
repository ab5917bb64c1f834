import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  createRedis,
  type Redis,
  type RedisSettings,
} from '../../../../shared/redis/create-redis.ts';
import { createLogger } from '../../../../shared/telemetry/create-logger.ts';
import { prepareRedis, startRedis } from '../../../support/redis.ts';
import { createCertificate } from '../../../support/tls-certificate.ts';

const COMMAND_TIMEOUT_MS = 150;
const COUNT = "return redis.call('INCR', KEYS[1]) + tonumber(ARGV[1])";

/** A connection whose log can be read and waited for. */
function connect(url: string, others: Partial<RedisSettings> = {}) {
  const logged: Record<string, unknown>[] = [];
  const lines = new EventEmitter();
  const write = (line: string) => {
    const { level, msg, reason } = JSON.parse(line);
    logged.push({ level, msg, ...(reason === undefined ? {} : { reason }) });
    lines.emit(msg);
  };
  const log = createLogger({ level: 'debug', name: 'test', destination: { write } });
  const redis = createRedis({
    url,
    ...others,
    log,
    connectTimeoutMs: 500,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
  });
  onTestFinished(() => redis.close());
  return { redis, logged, says: (message: string) => once(lines, message) };
}

/** Asks until Redis answers; the connection says nothing when it is made for the first time. */
async function firstReply(redis: Redis, script: string): Promise<unknown> {
  for (;;) {
    const reply = await redis.script(script)([], []);
    if (reply !== null) return reply;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const AWAY = 'Redis is away; this process goes on alone.';
const BACK = 'Redis is back.';

test('a script is run with its keys and values, by text and then by digest', async () => {
  const { redis, logged } = connect((await startRedis()).url);
  await firstReply(redis, 'return 1');
  const count = redis.script(COUNT);

  const replies = [await count(['a'], [10]), await count(['a'], [20]), await count(['b'], ['0'])];

  expect(replies).toEqual([11, 22, 1]);
  expect(logged).toEqual([]);
});

test('user, password and database of the URL are those of the connection', async () => {
  const rules = ['gate', 'on', '>s3cret/+', '~*', '+hello', '+select', '+@scripting', '+incr'];
  const server = await startRedis(['--requirepass', 'other', '--user', ...rules]);
  const { redis } = connect(`redis://gate:s3cret%2F%2B@127.0.0.1:${server.port}/3`);
  await firstReply(redis, 'return 1');

  const counts = [await redis.script(COUNT)(['a'], [0]), await redis.script(COUNT)(['a'], [0])];

  expect(counts).toEqual([1, 2]);
  const others = [3, 0].map((database) => `redis://:other@127.0.0.1:${server.port}/${database}`);
  const [same, another] = await Promise.all(
    others.map((url) => firstReply(connect(url).redis, "return redis.call('EXISTS', 'a')")),
  );
  expect([same, another]).toEqual([1, 0]);
});

test('while Redis is away nothing waits, and it says so once, and once that it is back', async () => {
  const server = await startRedis();
  const { redis, logged, says } = connect(server.url);
  await firstReply(redis, 'return 1');
  const count = redis.script(COUNT);
  const away = says(AWAY);
  await server.kill();
  await away;

  const startedAt = performance.now();
  const replies = await Promise.all(Array.from({ length: 1000 }, () => count(['a'], [0])));
  const tookMs = performance.now() - startedAt;

  expect(new Set(replies)).toEqual(new Set([null]));
  expect(tookMs).toBeLessThan(COMMAND_TIMEOUT_MS);
  const back = says(BACK);
  await server.restart();
  await back;
  expect(await count(['a'], [0])).toBe(1);
  expect(logged).toEqual([
    { level: 'warn', msg: AWAY, reason: expect.any(String) },
    { level: 'info', msg: BACK },
  ]);
});

test('a process that starts before Redis finds it later', async () => {
  const server = await prepareRedis();
  const { redis, logged, says } = connect(server.url);
  expect(await redis.script('return 1')([], [])).toBeNull();
  await says(AWAY);

  const back = says(BACK);
  await server.restart();
  await back;

  expect(await redis.script('return 1')([], [])).toBe(1);
  expect(logged[0]).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
});

test('a Redis that does not answer costs a few time-outs, then nothing, until it answers again', async () => {
  const server = await startRedis();
  const { redis, logged, says } = connect(server.url);
  await firstReply(redis, 'return 1');
  const one = redis.script('return 1');
  const timed = async () => {
    const startedAt = performance.now();
    expect(await one([], [])).toBeNull();
    return performance.now() - startedAt;
  };

  server.freeze();
  const waitsMs = [];
  for (let asked = 0; asked < 10; asked += 1) waitsMs.push(await timed());

  expect(Math.max(...waitsMs.slice(0, 5))).toBeLessThan(2 * COMMAND_TIMEOUT_MS);
  expect(Math.max(...waitsMs.slice(5))).toBeLessThan(COMMAND_TIMEOUT_MS / 2);
  const back = says(BACK);
  server.thaw();
  await back;
  expect(await one([], [])).toBe(1);
  expect(logged).toEqual([
    { level: 'warn', msg: AWAY, reason: 'Command timed out' },
    { level: 'info', msg: BACK },
  ]);
});

test('a wrong password is logged once, without the password', async () => {
  const server = await startRedis(['--requirepass', 'right']);
  const { redis, logged, says } = connect(`redis://:wr0ng@127.0.0.1:${server.port}`);
  await says(AWAY);

  expect(await redis.script('return 1')([], [])).toBeNull();

  expect(logged).toEqual([{ level: 'warn', msg: AWAY, reason: 'WRONGPASS' }]);
});

test('a script that Redis refuses is answered with null and logged once, and others still run', async () => {
  const { redis, logged } = connect((await startRedis()).url);
  await firstReply(redis, 'return 1');
  const broken = redis.script("return redis.call('INCR', KEYS[1], 'secret')");

  const replies = [await broken(['a'], []), await broken(['a'], [])];

  expect(replies).toEqual([null, null]);
  expect(logged).toEqual([
    { level: 'error', msg: 'Redis refuses a command.', reason: expect.not.stringContaining(' ') },
  ]);
  expect(await redis.script('return 1')([], [])).toBe(1);
});

test('after close the connection is cut, commands are answered with null and nothing is logged', async () => {
  const server = await startRedis();
  const sockets: Socket[] = [];
  const wire = createServer((socket) => {
    sockets.push(socket);
    socket.pipe(createConnection(server.port, '127.0.0.1')).pipe(socket);
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  onTestFinished(() => void wire.close());
  const { redis, logged } = connect(`redis://127.0.0.1:${(wire.address() as AddressInfo).port}`);
  await firstReply(redis, 'return 1');
  const [socket] = sockets;
  const cut = socket === undefined ? null : once(socket, 'close');

  redis.close();

  expect(await redis.script('return 1')([], [])).toBeNull();
  await cut;
  expect(sockets).toHaveLength(1);
  expect(logged).toEqual([]);
});

/** Serves TLS with a certificate of this name; the URL has the address. */
async function startTls(name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-redis-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { key, certificate } = await createCertificate(folder, name);
  const { port } = await prepareRedis();
  await startRedis([
    ...['--tls-port', `${port}`, '--tls-cert-file', certificate, '--tls-key-file', key],
    ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
  ]);
  return { url: `rediss://127.0.0.1:${port}`, authorities: await readFile(certificate, 'utf8') };
}

test('rediss speaks TLS, and only to a server whose certificate is trusted', async () => {
  const { url } = await startTls('cache.example');

  const { redis, logged, says } = connect(url);
  await says(AWAY);

  expect(await redis.script('return 1')([], [])).toBeNull();
  expect(logged[0]).toMatchObject({ reason: expect.stringContaining('self-signed certificate') });
});

test('a certificate counts for the authorities and the name that are set', async () => {
  const { url, authorities } = await startTls('cache.example');
  const { redis, logged } = connect(url, { authorities, serverName: 'cache.example' });

  expect(await firstReply(redis, 'return 1')).toBe(1);
  expect(logged).toEqual([]);
});

test.each([
  ['another name', 'other.example'],
  ['the address instead of a name', null],
])('a certificate does not count for %s', async (_, serverName) => {
  const { url, authorities } = await startTls('cache.example');
  const { logged, says } = connect(url, { authorities, serverName });
  await says(AWAY);

  expect(logged[0]).toMatchObject({ reason: expect.stringContaining('altnames') });
});

test('a password of its own counts before the one in the URL', async () => {
  const { port } = await startRedis(['--requirepass', 'right']);
  const { redis } = connect(`redis://:wrong@127.0.0.1:${port}`, { password: 'right' });

  expect(await firstReply(redis, 'return 1')).toBe(1);
});
