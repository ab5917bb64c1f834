/**
 * A connection to one Redis server that is its own circuit breaker: a few unanswered commands in a
 * row cut it, it is made again in the background after pauses that grow, and its handshake is the
 * probe.
 *
 * @module
 */
import { Redis as Connection } from 'ioredis';
import type { Logger } from '../telemetry/logger.ts';
import type { RedisAddress } from './parse-redis-url.ts';

/**
 * Why a command was not done: nobody was there to be asked (`away`), the answer did not come in time
 * (`late`), the connection broke before it (`lost`), the server has no memory left (`full`), another
 * server has the keys or some of them (`moved`), or the server said no (`refused`).
 */
export type RedisFailure = 'away' | 'late' | 'lost' | 'full' | 'moved' | 'refused';

/** What became of a command. */
export type Outcome =
  | { readonly ok: true; readonly reply: unknown }
  /** The message of a refusal may quote the arguments. */
  | { readonly ok: false; readonly failure: RedisFailure; readonly message: string };

/** A Lua script, and the SHA-1 digest by which a server that has seen it knows it. */
export interface Script {
  readonly source: string;
  readonly digest: string;
}

export interface ConnectionSettings {
  readonly address: RedisAddress;
  /** Hears once that the server is away, and once that it is back. */
  readonly log: Logger;
  readonly connectTimeoutMs: number;
  /** What one command may cost a request at most, while this process itself does not pause. */
  readonly commandTimeoutMs: number;
  /** Told when the server answers for the first time, and when it is back. */
  readonly onReady?: () => void;
}

export const AWAY: Outcome = { ok: false, failure: 'away', message: 'nobody is there' };

/** One late answer may be this process's own pause; so many in a row are not. */
const UNANSWERED_IN_A_ROW = 5;
/** A step of the handshake may take so many times as long as a command. */
const HANDSHAKE_PATIENCE = 4;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Starts to connect at once; until the server answers it counts as away. */
export class NodeConnection {
  readonly #connection: Connection;
  readonly #log: Logger;
  readonly #commandTimeoutMs: number;
  readonly #onReadyDone: () => void;
  #isReady = false;
  #isAway = false;
  /** Commands without an answer, since the last answer. */
  #unanswered = 0;
  /** Connections that were tried since the last answer to a command. */
  #attempts = 0;
  #reason = 'the connection was closed';

  constructor({ address, log, connectTimeoutMs, commandTimeoutMs, onReady }: ConnectionSettings) {
    this.#log = log;
    this.#commandTimeoutMs = commandTimeoutMs;
    this.#onReadyDone = onReady ?? (() => {});
    this.#connection = new Connection({
      ...address,
      connectionName: 'meshgate',
      connectTimeout: connectTimeoutMs,
      // Of the handshake; commands have a limit of their own.
      commandTimeout: commandTimeoutMs * HANDSHAKE_PATIENCE,
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

  /** Whether a command would be sent. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /**
   * Runs a script: by its digest, and with the text when the server has not seen it or has forgotten.
   *
   * @param isAsking Whether the server was named by another one that still has the slot.
   */
  run(
    { source, digest }: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
    isAsking = false,
  ): Promise<Outcome> {
    const send = async (isKnown: boolean) => {
      // In front of each command; what it answers says nothing.
      if (isAsking) this.#connection.asking().catch(() => {});
      const words = [keys.length, ...keys, ...values] as const;
      return isKnown
        ? this.#connection.evalsha(digest, ...words)
        : this.#connection.eval(source, ...words);
    };
    return this.#try(async () => {
      try {
        return await send(true);
      } catch (error) {
        if (!isRefusal(error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return send(false);
      }
    });
  }

  /** Asks which server of its cluster has which slots. */
  slots(): Promise<Outcome> {
    return this.#try(() => this.#connection.cluster('SLOTS'));
  }

  /** Asks a sentinel where the master is that it watches under this name. */
  masterOf(name: string): Promise<Outcome> {
    return this.#try(() => this.#connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name));
  }

  close(): void {
    this.#isReady = false;
    // What is closed on purpose is not away.
    this.#isAway = true;
    this.#connection.disconnect();
  }

  async #try(send: () => Promise<unknown>): Promise<Outcome> {
    if (!this.#isReady) return AWAY;
    try {
      const reply = await inTime(send(), this.#commandTimeoutMs);
      if (reply === LATE) {
        this.#onNoAnswer(LATE_REASON);
        return { ok: false, failure: 'late', message: LATE_REASON };
      }
      this.#onAnswer();
      return { ok: true, reply };
    } catch (error) {
      if (isRefusal(error)) {
        this.#onAnswer();
        return { ok: false, failure: toFailure(error), message: error.message };
      }
      this.#onNoAnswer(toReason(error));
      return { ok: false, failure: 'lost', message: toReason(error) };
    }
  }

  #onReady(): void {
    this.#isReady = true;
    this.#unanswered = 0;
    this.#onReadyDone();
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

  #onNoAnswer(reason: string): void {
    this.#unanswered += 1;
    if (this.#unanswered < UNANSWERED_IN_A_ROW || !this.#isReady) return;
    this.#reason = reason;
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

const LATE = Symbol('late');
const LATE_REASON = 'Command timed out';

/** What has come while this process paused is not late: it is looked for once more when time is up. */
function inTime(reply: Promise<unknown>, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(resolve, LATE), timeoutMs);
    reply.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** Redis itself has said no, which is an answer too. */
interface Refusal extends Error {
  readonly name: 'ReplyError';
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'ReplyError';
}

function toFailure({ message }: Refusal): RedisFailure {
  const word = toFirstWord(message);
  // While a slot moves, who asks for several keys of it may have to try again.
  if (word === 'MOVED' || word === 'ASK' || word === 'TRYAGAIN') return 'moved';
  // A script is refused with what it met inside.
  return word === 'OOM' || message.includes('OOM command not allowed') ? 'full' : 'refused';
}

/** All that may be told of a refusal: the rest may quote the arguments of `AUTH`. */
export function toFirstWord(message: string): string {
  return message.split(' ', 1).join('');
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  if (isRefusal(error)) return toFirstWord(message);
  return message === '' && 'code' in error ? String(error.code) : message;
}
