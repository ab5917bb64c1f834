/**
 * The only door to `ioredis`.
 *
 * Redis makes a replica better and must never make it worse: a command that is not
 * answered in time is answered with null, and while Redis is away a command does not
 * even try. The connection itself is the circuit breaker: a few unanswered commands
 * in a row cut it, it is made again in the background after pauses that grow, and
 * its handshake is the probe. So no request ever finds out whether Redis is back.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { Redis as Connection } from 'ioredis';
import type { Logger } from '../telemetry/logger.ts';
import { parseRedisUrl } from './parse-redis-url.ts';

export interface RedisSettings {
  /** `redis://[user:password@]host[:port][/database]`; `rediss://` for TLS. */
  readonly url: string;
  /** Hears once that Redis is away, and once that it is back. */
  readonly log: Logger;
  readonly connectTimeoutMs: number;
  /** What one command may cost a request at most, and each step of the handshake. */
  readonly commandTimeoutMs: number;
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

/** A Redis or Valkey server that may be away at any time. */
export interface Redis {
  /**
   * Makes a Lua script ready to be run; called once for each script.
   *
   * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
   */
  script(source: string): RunScript;
  /** Cuts the connection for good; commands under way and later ones resolve to null. */
  close(): void;
}

/** One late answer may be this process's own pause; so many in a row are not. */
const UNANSWERED_IN_A_ROW = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Starts to connect and returns at once; until Redis answers it counts as unavailable. */
export function createRedis(settings: RedisSettings): Redis {
  return new GuardedConnection(settings);
}

class GuardedConnection implements Redis {
  readonly #connection: Connection;
  readonly #log: Logger;
  #isReady = false;
  #isAway = false;
  #isRefusing = false;
  /** Commands without an answer, since the last answer. */
  #unanswered = 0;
  /** Connections that were tried since the last answer to a command. */
  #attempts = 0;
  #reason = 'the connection was closed';

  constructor({ url, log, connectTimeoutMs, commandTimeoutMs }: RedisSettings) {
    this.#log = log;
    this.#connection = new Connection({
      ...parseRedisUrl(url),
      connectionName: 'meshgate',
      connectTimeout: connectTimeoutMs,
      commandTimeout: commandTimeoutMs,
      // How long a peer that does not hang up may keep a cut connection from being made anew.
      disconnectTimeout: commandTimeoutMs,
      // A command is sent now or never: a late one would count what is long over.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => this.#nextPause(),
      // After a fail-over the address leads to a replica, until one connects again.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
      // Both need rights that a user of Redis may lack, for something that is not used.
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    this.#connection.on('ready', () => this.#onReady());
    this.#connection.on('error', (error) => {
      this.#reason = toReason(error);
    });
    this.#connection.on('close', () => this.#onAway());
  }

  script(source: string): RunScript {
    const digest = createHash('sha1').update(source).digest('hex');
    return async (keys, values) => {
      if (!this.#isReady) return null;
      try {
        const reply = await this.#evaluate(source, digest, keys, values);
        this.#onAnswer();
        this.#isRefusing = false;
        return reply;
      } catch (error) {
        if (isRefusal(error)) this.#onRefusal(error);
        else this.#onNoAnswer(error);
        return null;
      }
    };
  }

  close(): void {
    this.#isReady = false;
    // What is closed on purpose is not away.
    this.#isAway = true;
    this.#connection.disconnect();
  }

  /** By its digest, and with the text when the server has not seen it or has forgotten. */
  async #evaluate(
    source: string,
    digest: string,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      return await this.#connection.evalsha(digest, keys.length, ...keys, ...values);
    } catch (error) {
      if (!isRefusal(error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#connection.eval(source, keys.length, ...keys, ...values);
    }
  }

  #onReady(): void {
    this.#isReady = true;
    this.#unanswered = 0;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info('Redis is back.');
  }

  #onAway(): void {
    this.#isReady = false;
    if (this.#isAway) return;
    this.#isAway = true;
    this.#log.warn({ reason: this.#reason }, 'Redis is away; this process goes on alone.');
  }

  #onAnswer(): void {
    this.#unanswered = 0;
    this.#attempts = 0;
  }

  #onRefusal(error: Refusal): void {
    this.#onAnswer();
    if (this.#isRefusing) return;
    this.#isRefusing = true;
    this.#log.error({ reason: toReason(error) }, 'Redis refuses a command.');
  }

  #onNoAnswer(error: unknown): void {
    this.#unanswered += 1;
    if (this.#unanswered < UNANSWERED_IN_A_ROW || !this.#isReady) return;
    this.#reason = toReason(error);
    this.#onAway();
    this.#connection.disconnect(true);
  }

  /** Twice as long each time; the random half keeps replicas from coming back all at once. */
  #nextPause(): number {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#attempts, LONGEST_PAUSE_MS);
    this.#attempts += 1;
    return pause * (0.5 + Math.random() / 2);
  }
}

/** Redis itself has said no, which is an answer too. */
interface Refusal extends Error {
  readonly name: 'ReplyError';
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Of a reply only its first word: the rest may quote the arguments of `AUTH`. */
function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  if (isRefusal(error)) return message.split(' ', 1).join('');
  return message === '' && 'code' in error ? String(error.code) : message;
}
