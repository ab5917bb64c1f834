import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { findFreePorts } from './free-ports.ts';

/** A Redis server of one test; nothing of it is written to disk. */
export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** Ends the process at once; clients see a closed connection. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** What `redis-cli` prints for a command. */
  command(...words: readonly string[]): Promise<string>;
  /** Stops it from answering; its connections stay open, and new ones are not refused. */
  freeze(): void;
  thaw(): void;
}

/**
 * Prepares a Redis server on a free port of 127.0.0.1, and ends it with the test.
 *
 * @param options Directives as on the command line, e.g. `['--requirepass', 'secret']`.
 */
export async function startRedis(options: readonly string[] = []): Promise<TestRedis> {
  const redis = await prepareRedis(options);
  await redis.restart();
  return redis;
}

/** Like `startRedis`, on a port that is known to be free. */
export async function startRedisOn(port: number, options: readonly string[]): Promise<TestRedis> {
  const redis = prepareRedisOn(port, options);
  await redis.restart();
  return redis;
}

/** Like `startRedis`, but nothing runs before `restart` is called. */
export async function prepareRedis(options: readonly string[] = []): Promise<TestRedis> {
  return prepareRedisOn(await findFreePorts(1), options);
}

/**
 * Starts a sentinel, which writes what it learns to its file.
 *
 * @param file Its configuration, which says the port.
 */
export async function startSentinel(port: number, file: string): Promise<TestRedis> {
  const sentinel = prepareServer(port, [file, '--sentinel'], 'Sentinel ID is');
  await sentinel.restart();
  return sentinel;
}

function prepareRedisOn(port: number, options: readonly string[]): TestRedis {
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return prepareServer(port, [...words, ...options], 'Ready to accept connections');
}

/** @param sign What it writes once it listens. */
function prepareServer(port: number, words: readonly string[], sign: string): TestRedis {
  let server: ChildProcess | null = null;
  const kill = async () => {
    if (server === null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    server = null;
    await ended;
  };
  onTestFinished(kill);

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      server = await spawnServer(words, sign);
    },
    async command(...words) {
      const { stdout } = await promisify(execFile)('redis-cli', ['-p', `${port}`, ...words]);
      return stdout;
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
  };
}

async function spawnServer(words: readonly string[], sign: string): Promise<ChildProcess> {
  const server = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    said.push(line);
    if (line.includes(sign)) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error(`redis-server did not start:\n${said.join('\n')}`);
}
