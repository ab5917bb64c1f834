/**
 * Values that the gateways of one Redis share, each true only as long as the products in it have
 * not changed.
 *
 * For every product Redis holds an epoch, a random text. A value is put there with the epochs that
 * held before it was made, and only if they hold still; it is taken only while they do. Who knows
 * that a product has changed gives it a new epoch. So nothing has to be found to be forgotten, an
 * epoch that Redis loses matches nothing any more, and what was begun before a change never comes
 * back after it. A change that Redis could not be told of is told as soon as it can be, and until
 * then this process takes nothing from it.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Redis, RunScript } from '../../../shared/redis/create-redis.ts';
import type { SealValue } from './seal-value.ts';

/** What held before a value was made; null where Redis did not say. */
export type Ticket = string | null;

export interface SharedValuesDoors {
  readonly redis: Redis;
  readonly sealValue: SealValue;
  /** Says how values are made where a key does not: equal for gateways that make equal ones. */
  readonly scope: string;
  /** Told of each command that Redis did not do. */
  readonly onFailure: () => void;
}

/** All keys are in one slot, so that scripts may touch several of them in a cluster. */
const PREFIX = 'meshgate:{answers}:';
const EPOCHS = `${PREFIX}epochs`;

/** Larger values would hold up what shares the connection. */
const LONGEST_TEXT = 1024 * 1024;

/** Gives a product without an epoch one, and returns the epochs and the values. */
const FIND = `
local epochs = {}
for i = 2, #ARGV do
  local epoch = redis.call('HGET', KEYS[1], ARGV[i])
  if not epoch then
    epoch = ARGV[1]
    redis.call('HSET', KEYS[1], ARGV[i], epoch)
  end
  epochs[#epochs + 1] = epoch
end
local reply = { table.concat(epochs, ' ') }
for i = 2, #KEYS do reply[#reply + 1] = redis.call('GET', KEYS[i]) or '' end
return reply`;

const KEEP = `
local epochs = {}
for i = 4, #ARGV do epochs[#epochs + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or '' end
if table.concat(epochs, ' ') ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1`;

/** A Redis that is full refuses a new epoch but can still lose the old one, which forgets as well. */
const FORGET = `
if #ARGV == 1 then return redis.call('DEL', KEYS[1]) end
for i = 2, #ARGV do
  local reply = redis.pcall('HSET', KEYS[1], ARGV[i], ARGV[1])
  if type(reply) == 'table' and reply.err then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 1`;

const LOOK = `return redis.call('HGETALL', KEYS[1])`;

interface Wrapped {
  readonly epochs: string;
  readonly value: unknown;
}

/** Stands for all products. */
export const EVERY_PRODUCT = '*';

export class SharedValues {
  readonly #doors: SharedValuesDoors;
  readonly #find: RunScript;
  readonly #keep: RunScript;
  readonly #forget: RunScript;
  readonly #look: RunScript;
  /** Products whose change Redis has not been told of yet. */
  readonly #owed = new Set<string>();
  #seen = new Map<string, string>();

  constructor(doors: SharedValuesDoors) {
    const { redis } = doors;
    this.#doors = doors;
    this.#find = redis.script(FIND);
    this.#keep = redis.script(KEEP);
    this.#forget = redis.script(FORGET);
    this.#look = redis.script(LOOK);
  }

  /**
   * Finds the first value that is true. Never rejects.
   *
   * @param keys In the order of preference; may be none, for a ticket alone.
   * @param products Whose data the values hold.
   */
  async find(
    keys: readonly string[],
    products: readonly string[],
  ): Promise<{ readonly value: unknown; readonly ticket: Ticket }> {
    const nothing = { value: undefined, ticket: null };
    if (this.#owed.size > 0) return nothing;
    const names = keys.map((key) => this.#toName(key));
    const reply = await this.#find([EPOCHS, ...names], [randomUUID(), ...products]);
    if (!Array.isArray(reply)) {
      this.#doors.onFailure();
      return nothing;
    }
    // Something may have changed while the answer was on its way.
    if (this.#owed.size > 0) return nothing;
    const [ticket, ...texts] = reply.map(String);
    for (const [index, text] of texts.entries()) {
      if (text === '') continue;
      const opened = this.#doors.sealValue.open(names[index] ?? '', text) as Wrapped | undefined;
      if (opened?.epochs === ticket) return { value: opened?.value, ticket: ticket ?? null };
    }
    return { value: undefined, ticket: ticket ?? null };
  }

  /**
   * Puts a value there, unless a product has changed since the ticket was drawn. Nobody waits for it.
   *
   * @param ttlMs Milliseconds until Redis may drop it.
   */
  keep(
    key: string,
    value: unknown,
    ttlMs: number,
    products: readonly string[],
    ticket: Ticket,
  ): void {
    if (ticket === null || ttlMs < 1 || this.#owed.size > 0) return;
    const name = this.#toName(key);
    const text = this.#doors.sealValue.seal(name, { epochs: ticket, value } satisfies Wrapped);
    if (text.length > LONGEST_TEXT) return;
    const values = [text, Math.floor(ttlMs), ticket, ...products];
    void this.#keep([EPOCHS, name], values).then((reply) => {
      if (reply === null) this.#doors.onFailure();
    });
  }

  /** Makes every value with data of a product untrue, or of `EVERY_PRODUCT`. */
  forget(product: string): void {
    this.#owed.add(product);
    void this.#tell(product);
  }

  /**
   * Looks which products have changed since the last look, and tells Redis what it has not heard yet.
   *
   * @returns None while Redis is away; what changes then is found when it is back.
   */
  async look(): Promise<readonly string[]> {
    await Promise.all([...this.#owed].map((product) => this.#tell(product)));
    const reply = await this.#look([EPOCHS], []);
    if (!Array.isArray(reply)) return [];
    const epochs = new Map<string, string>();
    for (let index = 0; index < reply.length; index += 2) {
      epochs.set(String(reply[index]), String(reply[index + 1]));
    }
    const before = this.#seen;
    this.#seen = epochs;
    const products = new Set([...before.keys(), ...epochs.keys()]);
    return [...products].filter((product) => before.get(product) !== epochs.get(product));
  }

  /** Keys hold claims and headers of callers, which are nobody's business there. */
  #toName(key: string): string {
    const digest = createHash('sha256').update(`${this.#doors.scope}\n\n${key}`);
    return PREFIX + digest.digest('base64url');
  }

  async #tell(product: string): Promise<void> {
    const products = product === EVERY_PRODUCT ? [] : [product];
    // Never one that was there before: what was true under it must not become true again.
    const epoch = randomUUID();
    const reply = await this.#forget([EPOCHS], [epoch, ...products]);
    if (reply !== null) {
      this.#owed.delete(product);
      if (product !== EVERY_PRODUCT) this.#seen.set(product, epoch);
      return;
    }
    // Another telling of the same may have ended well meanwhile, of an earlier change.
    this.#owed.add(product);
    this.#doors.onFailure();
  }
}
