import { randomUUID } from 'node:crypto';
import type { Redis, RunScript } from '../../../shared/redis/create-redis.ts';

/** Stands for all products. */
export const EVERY_PRODUCT = '*';

/** What a shard finds. */
export interface FoundTexts {
  /** The server, and the epochs of the products. */
  readonly held: string;
  /** One for each key; empty where there is nothing. */
  readonly texts: readonly string[];
  /** What became of the lease; `none` where it was not asked for, or not needed, or there is no room. */
  readonly lease: 'mine' | 'taken' | 'none';
  /** When that was heard of. */
  readonly moment: number;
}

/** What is put into a shard. */
export interface KeptText {
  readonly name: string;
  /** Empty to delete what is there. */
  readonly text: string;
  readonly ttlMs: number;
}

/** Orders what a process learns of epochs; goes up with each one that is new to it. */
export interface Moments {
  latest: number;
}

/** The right to make a value, for a while. */
export interface LeaseWish {
  readonly name: string;
  /** Of its owner, who alone can give it back. */
  readonly token: string;
  readonly ttlMs: number;
  /** Whether it is wanted although there is a value already. */
  readonly isForced: boolean;
}

/** The server that answers, which is another one after a restart or a fail-over. */
const SERVER = `
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''`;

/** No more than this of values comes with one look: a long reply would hold up what shares the connection. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Gives a product without an epoch one, takes the lease where there is no value, and returns the server
 * with the epochs, what became of the lease, and the values. Who makes a value since before a change
 * has no lease of what holds after it.
 */
const FIND = `${SERVER}
local held = { server }
for i = 5, #ARGV do
  local epoch = redis.call('HGET', KEYS[1], ARGV[i])
  if not epoch then
    epoch = ARGV[1]
    redis.call('HSET', KEYS[1], ARGV[i], epoch)
  end
  held[#held + 1] = epoch
end
local reply, has_value, size = { table.concat(held, ' '), 'none' }, false, 0
for i = 3, #KEYS do
  reply[i] = redis.call('GET', KEYS[i]) or ''
  size = size + #reply[i]
  if size > ${MOST_CHARACTERS} then reply[i] = '' end
  has_value = has_value or reply[i] ~= ''
end
if ARGV[2] == '' or has_value and ARGV[4] == '0' then return reply end
local owned = redis.call('GET', KEYS[2])
if owned and string.find(owned, reply[1], 1, true) then
  reply[2] = 'taken'
elseif not redis.pcall('SET', KEYS[2], ARGV[2] .. ' ' .. reply[1], 'PX', ARGV[3]).err then
  reply[2] = 'mine'
end
return reply`;

const RELEASE = `
local owned = redis.call('GET', KEYS[1])
if not owned or not string.find(owned, ARGV[1], 1, true) then return 0 end
return redis.call('DEL', KEYS[1])`;

/** What has no text is deleted. */
const KEEP = `${SERVER}
local held = { server }
local last = 2 + ARGV[2]
for i = 3, last do held[#held + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or '' end
if table.concat(held, ' ') ~= ARGV[1] then return 0 end
for i = 2, #KEYS do
  local at = last + 2 * i - 3
  if ARGV[at] == '' then redis.call('DEL', KEYS[i])
  else redis.call('SET', KEYS[i], ARGV[at], 'PX', ARGV[at + 1]) end
end
return 1`;

/** A Redis that is full refuses a new epoch but can still lose the old one, which forgets as well. */
const FORGET = `${SERVER}
if #ARGV == 1 then redis.call('DEL', KEYS[1]) end
for i = 2, #ARGV do
  local reply = redis.pcall('HSET', KEYS[1], ARGV[i], ARGV[1])
  if type(reply) == 'table' and reply.err then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return server`;

const LOOK = `${SERVER}
return { server, redis.call('HGETALL', KEYS[1]) }`;

const NO_LEASE = { token: '', ttlMs: 0, isForced: false } as const;

/**
 * The epochs of all products, once, and what lies beside them under one hash tag: on one server, so
 * that a script sees both at the same moment.
 */
export class EpochShard {
  /** Of every key in here. */
  readonly prefix: string;
  readonly #epochs: string;
  readonly #find: RunScript;
  readonly #keep: RunScript;
  readonly #release: RunScript;
  readonly #forget: RunScript;
  readonly #look: RunScript;
  readonly #onFailure: () => void;
  readonly #moments: Moments;
  /** By product the epoch that was heard of last, and when that was first so. */
  readonly #since = new Map<string, { readonly epoch: string; readonly moment: number }>();
  /** Products whose change Redis has not been told of yet. */
  readonly #owed = new Set<string>();
  #seen = new Map<string, string>();
  /** Under which epochs something was found since the last look, which may not have seen them. */
  #found = new Map<string, string>();
  /** The value that was put there last. */
  #kept: Promise<void> = Promise.resolve();

  constructor(redis: Redis, tag: string, moments: Moments, onFailure: () => void) {
    this.#moments = moments;
    this.prefix = `meshgate:{${tag}}:`;
    this.#epochs = `${this.prefix}epochs`;
    this.#find = redis.script(FIND);
    this.#keep = redis.script(KEEP);
    this.#release = redis.script(RELEASE);
    this.#forget = redis.script(FORGET);
    this.#look = redis.script(LOOK);
    this.#onFailure = onFailure;
  }

  /** Whether Redis knows of every change; where it does not, nothing may be taken or put there. */
  get isTold(): boolean {
    return this.#owed.size === 0;
  }

  /** @returns Null where Redis did not say. */
  async find(
    names: readonly string[],
    products: readonly string[],
    wish: LeaseWish | null,
  ): Promise<FoundTexts | null> {
    if (!this.isTold) return null;
    const first = randomUUID();
    const { name, token, ttlMs, isForced } = wish ?? { ...NO_LEASE, name: this.#epochs };
    const reply = await this.#find(
      [this.#epochs, name, ...names],
      [first, token, ttlMs, isForced ? 1 : 0, ...products],
    );
    if (!Array.isArray(reply)) {
      this.#onFailure();
      return null;
    }
    // Something may have changed while the answer was on its way.
    if (!this.isTold) return null;
    const [held = '', lease, ...texts] = reply.map(String);
    this.#noteEpochs(first, held, products);
    const { latest: moment } = this.#moments;
    return { held, texts, moment, lease: lease === 'mine' || lease === 'taken' ? lease : 'none' };
  }

  /**
   * @param held What must hold still.
   * @returns When Redis has done it, or has not.
   */
  keep(kept: readonly KeptText[], held: string, products: readonly string[]): Promise<void> {
    const names = kept.map(({ name }) => name);
    const values = kept.flatMap(({ text, ttlMs }) => [text, Math.floor(ttlMs)]);
    this.#kept = this.#keep(
      [this.#epochs, ...names],
      [held, products.length, ...products, ...values],
    ).then((reply) => {
      if (reply === null) this.#onFailure();
    });
    return this.#kept;
  }

  /**
   * Whether what was begun at a moment was begun when these epochs held already, so that no change that
   * was told before they were heard of is missing in it.
   *
   * @param begun Moments by product.
   */
  heldSince(
    held: string,
    products: readonly string[],
    begun: ReadonlyMap<string, number>,
  ): boolean {
    const [server, ...epochs] = held.split(' ');
    return [...begun].every(([product, moment]) => {
      const since = this.#since.get(product);
      const epoch = `${server} ${epochs[products.indexOf(product)]}`;
      return since !== undefined && since.epoch === epoch && since.moment <= moment;
    });
  }

  /** Gives a lease back, after what was put there before, so that who waits for it finds that. */
  release({ name, token }: LeaseWish): void {
    void this.#kept.then(() => this.#release([name], [token]));
  }

  forget(product: string): void {
    this.#owed.add(product);
    void this.#tell(product);
  }

  /** Tells Redis what it has not heard yet, and looks which products have changed since the last look. */
  async look(): Promise<readonly string[]> {
    await Promise.all([...this.#owed].map((product) => this.#tell(product)));
    const reply = await this.#look([this.#epochs], []);
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) return [];
    const [server, pairs] = reply;
    const epochs = new Map<string, string>();
    for (let index = 0; index < pairs.length; index += 2) {
      epochs.set(String(pairs[index]), `${server} ${pairs[index + 1]}`);
    }
    for (const [product, epoch] of epochs) this.#noteSince(product, epoch);
    const [before, found] = [this.#seen, this.#found];
    this.#seen = epochs;
    this.#found = new Map();
    const products = new Set([...before.keys(), ...found.keys(), ...epochs.keys()]);
    return [...products].filter((product) => {
      const epoch = epochs.get(product);
      return before.get(product) !== epoch || (found.get(product) ?? epoch) !== epoch;
    });
  }

  /** An epoch that this process has just given to a product without one is no change. */
  #noteEpochs(first: string, held: string, products: readonly string[]): void {
    const [server, ...epochs] = held.split(' ');
    for (const [index, product] of products.entries()) {
      this.#noteSince(product, `${server} ${epochs[index]}`);
      if (this.#seen.has(product)) continue;
      const noted = epochs[index] === first ? this.#seen : this.#found;
      noted.set(product, `${server} ${epochs[index]}`);
    }
  }

  #noteSince(product: string, epoch: string): void {
    if (this.#since.get(product)?.epoch === epoch) return;
    this.#moments.latest += 1;
    this.#since.set(product, { epoch, moment: this.#moments.latest });
  }

  async #tell(product: string): Promise<void> {
    const products = product === EVERY_PRODUCT ? [] : [product];
    // Never one that was there before: what was true under it must not become true again.
    const epoch = randomUUID();
    const server = await this.#forget([this.#epochs], [epoch, ...products]);
    if (server !== null) {
      this.#owed.delete(product);
      if (product !== EVERY_PRODUCT) this.#seen.set(product, `${server} ${epoch}`);
      this.#noteSince(product, `${server} ${epoch}`);
      return;
    }
    // Another telling of the same may have ended well meanwhile, of an earlier change.
    this.#owed.add(product);
    this.#onFailure();
  }
}
