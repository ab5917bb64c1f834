/**
 * Values that the gateways of one Redis share, each true only as long as the products in it have
 * not changed.
 *
 * For every product Redis holds an epoch, a random text. A value is put there with the epochs that
 * held before it was made and the server that said so, and only if they hold still; it is taken only
 * while they do. Who knows that a product has changed gives it a new epoch, and says what has changed. So nothing has to be found
 * to be forgotten, an epoch that Redis loses matches nothing any more, nor does what a server said
 * that has another place by now, and what was begun before a change never comes back after it. A
 * change that Redis could not be told of is told as soon as it can be, and until then this process
 * takes nothing from it.
 *
 * In a cluster, values spread over several shards, each with a copy of the epochs.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Redis } from '../../../shared/redis/create-redis.ts';
import { EpochShard, type KeptText, type LeaseWish } from './epoch-shard.ts';
import { ALL_OF_IT, type ChangedProduct, type Moments } from './followed-epochs.ts';
import type { SealValue } from './seal-value.ts';

/** Where a value will lie, and what held there before it was made; null where Redis did not say. */
export type Ticket = string | null;

export interface SharedValuesDoors {
  readonly redis: Redis;
  readonly sealValue: SealValue;
  /** Says how values are made where a key does not: equal for gateways that make equal ones. */
  readonly scope: string;
  /** Told of each command that Redis did not do. */
  readonly onFailure: () => void;
}

/**
 * Whether somebody else is making the value: `taken` says so, `none` that nobody can say; otherwise it
 * is this process that should make it, and then let others know.
 */
export type Lease = 'taken' | 'none' | { readonly release: () => void };

/** Wants to be the one who makes what is not found. */
export interface LeaseRequest {
  /** Of what is made. */
  readonly key: string;
  /** After so many milliseconds it is anybody's again. */
  readonly ttlMs: number;
  /** Whether it is wanted although there is something, which will not do. */
  readonly isForced: boolean;
}

export interface FoundValue {
  /** Undefined where there is none that is true. */
  readonly value: unknown;
  readonly ticket: Ticket;
  /** `none` where it was not asked for. */
  readonly lease: Lease;
}

/** What is found under many keys at once. */
export interface FoundValues {
  /** In the order of the keys; undefined where there is none that is true. */
  readonly values: readonly unknown[];
  readonly ticket: Ticket;
  /** As of which moment what is found counts as begun. */
  readonly moment: number;
  readonly leases: Leases;
}

/** What became of the leases of several values. */
export interface Leases {
  /** Indexes of what somebody else is making. */
  readonly taken: readonly number[];
  /** Lets others go on; null where this process has no lease. */
  readonly release: (() => void) | null;
}

/** Wants to be the one who makes each value that is not found. */
export interface LeasesRequest {
  /** After so many milliseconds they are anybody's again. */
  readonly ttlMs: number;
  /** Whether what is looked for was somebody else's before. */
  readonly hasWaited: boolean;
}

/** One of several values that are put there together. */
export interface NewValue {
  readonly key: string;
  /** Undefined to delete what is there. */
  readonly value: unknown;
  /** Milliseconds until Redis may drop it; nothing is put there for less than one. */
  readonly ttlMs: number;
}

/** Larger values would hold up what shares the connection. */
const LONGEST_TEXT = 1024 * 1024;

/** Characters on their way to Redis; what is beyond them is not put there, rather than pile up. */
const MOST_UNDER_WAY = 8 * 1024 * 1024;

/** Before every moment. */
const NEVER = -1;

const NO_LEASES: Leases = { taken: [], release: null };

const NOTHING_BEFORE: ReadonlyMap<string, number> = new Map();

interface Wrapped {
  readonly epochs: string;
  readonly value: unknown;
}

/** Where the texts of changes count, for their seal. */
const changesOf = (product: string): string => `changes of ${product}`;

export class SharedValues {
  readonly #doors: SharedValuesDoors;
  readonly #shards: readonly EpochShard[];
  readonly #moments: Moments = { latest: 1 };
  #underWay = 0;

  constructor(doors: SharedValuesDoors) {
    const { redis, onFailure } = doors;
    this.#doors = doors;
    this.#shards = redis
      .tagsFor('answers')
      .map((tag) => new EpochShard(redis, tag, this.#moments, onFailure));
  }

  /** Whoever begins to read data of a product notes this before. */
  get moment(): number {
    return this.#moments.latest;
  }

  /**
   * Finds the first value that is true. Never rejects.
   *
   * @param keys In the order of preference; may be none, for a ticket alone.
   * @param products Whose data the values hold.
   * @param place Equal for keys that are looked for together: values lie where it says.
   * @param wanted Taken in the same moment, where Redis holds nothing under the keys.
   */
  async find(
    keys: readonly string[],
    products: readonly string[],
    place: string = keys.at(-1) ?? '',
    wanted: LeaseRequest | null = null,
  ): Promise<FoundValue> {
    const number = this.#toShard(place);
    const shard = this.#shards[number];
    const names = keys.map((key) => this.#toName(number, key));
    const wish = wanted === null ? null : this.#toWish(number, wanted);
    const found = (await shard?.find(names, products, wish)) ?? null;
    if (found === null) return { value: undefined, ticket: null, lease: 'none' };
    const ticket = `${number} ${found.held}`;
    const lease =
      found.lease === 'mine' && wish !== null
        ? { release: () => shard?.release(wish) }
        : found.lease === 'taken'
          ? found.lease
          : 'none';
    for (const [index, text] of found.texts.entries()) {
      const value = this.#open(names[index] ?? '', text, found.held);
      if (value !== undefined) return { value, ticket, lease };
    }
    return { value: undefined, ticket, lease };
  }

  /**
   * Finds all values that are true, in one round trip. Never rejects.
   *
   * @param keys May be none, for a ticket alone.
   * @param place As `find` has it.
   * @param wanted Taken in the same moment, of each key under which Redis holds nothing.
   */
  async findAll(
    keys: readonly string[],
    products: readonly string[],
    place: string,
    wanted: LeasesRequest | null = null,
  ): Promise<FoundValues> {
    const number = this.#toShard(place);
    const shard = this.#shards[number];
    const names = keys.map((key) => this.#toName(number, key));
    const wish =
      wanted === null
        ? null
        : { ...wanted, name: `${this.#toName(number, place)}:leases`, token: randomUUID() };
    const found = (await shard?.findEach(names, products, wish)) ?? null;
    if (found === null) return { values: [], ticket: null, moment: NEVER, leases: NO_LEASES };
    const { taken, owned, texts, held } = found;
    const release =
      wish === null || owned.length === 0 ? null : () => shard?.releaseEach(wish, owned);
    const values = names.map((name, index) => this.#open(name, texts[index] ?? '', held));
    // Other shards may have heard of a change before this one.
    const moment = this.#shards.length === 1 ? found.moment : NEVER;
    return { values, ticket: `${number} ${held}`, moment, leases: { taken, release } };
  }

  #open(name: string, text: string, held: string): unknown {
    if (text === '') return undefined;
    const opened = this.#doors.sealValue.open(name, text) as Wrapped | null | undefined;
    return opened?.epochs === held ? opened.value : undefined;
  }

  /**
   * Puts a value there, unless a product has changed since the ticket was drawn. Nobody waits for it.
   *
   * @param ttlMs Milliseconds until Redis may drop it.
   * @param before Where something in the value was there before the ticket was drawn, the moment when
   *   it was begun, by product: the value is put there only if nothing has changed since then either.
   */
  keep(
    key: string,
    value: unknown,
    ttlMs: number,
    products: readonly string[],
    ticket: Ticket,
    before: ReadonlyMap<string, number> = NOTHING_BEFORE,
  ): void {
    this.keepAll([{ key, value, ttlMs }], products, ticket, before);
  }

  /** The same for several values, looked for with one `place`. */
  keepAll(
    values: readonly NewValue[],
    products: readonly string[],
    ticket: Ticket,
    before: ReadonlyMap<string, number> = NOTHING_BEFORE,
  ): void {
    if (ticket === null) return;
    const number = Number.parseInt(ticket, 10);
    const epochs = ticket.slice(ticket.indexOf(' ') + 1);
    const shard = this.#shards[number];
    if (shard === undefined || !shard.isTold) return;
    if (!shard.heldSince(epochs, products, before)) return;
    const kept: KeptText[] = [];
    let characters = 0;
    for (const { key, value, ttlMs } of values) {
      if (ttlMs < 1) continue;
      const name = this.#toName(number, key);
      const wrapped: Wrapped = { epochs, value };
      const text = value === undefined ? '' : this.#doors.sealValue.seal(name, wrapped);
      if (text.length > LONGEST_TEXT) continue;
      if (this.#underWay + characters + text.length > MOST_UNDER_WAY) break;
      characters += text.length;
      kept.push({ name, text, ttlMs });
    }
    if (kept.length === 0) return;
    this.#underWay += characters;
    void shard.keep(kept, epochs, products).then(() => {
      this.#underWay -= characters;
    });
  }

  /**
   * Makes every value with data of a product untrue, or of `EVERY_PRODUCT`.
   *
   * @param change Says to others what of the product has changed; `ALL_OF_IT` for all. Sealed as values are.
   */
  forget(product: string, change: string = ALL_OF_IT): void {
    const sealed =
      change === ALL_OF_IT ? change : this.#doors.sealValue.seal(changesOf(product), change);
    for (const shard of this.#shards) shard.forget(product, sealed);
  }

  /**
   * Looks what others have changed since the last look, and tells Redis what it has not heard yet.
   *
   * @returns None while Redis is away; what changes then is found when it is back.
   */
  async look(): Promise<readonly ChangedProduct[]> {
    const all = (await Promise.all(this.#shards.map((shard) => shard.look()))).flat();
    return [...new Set(all.map(({ product }) => product))].map((product) => {
      const sealed = all.filter((one) => one.product === product).map((one) => one.changes);
      if (sealed.includes(null)) return { product, changes: null };
      const changes = [...new Set(sealed.flatMap((one) => one ?? []))].map((one) =>
        this.#doors.sealValue.open(changesOf(product), one),
      );
      const areRead = changes.every((one): one is string => typeof one === 'string');
      return { product, changes: areRead ? changes : null };
    });
  }

  #toWish(shard: number, { key, ttlMs, isForced }: LeaseRequest): LeaseWish {
    return { name: `${this.#toName(shard, key)}:lease`, token: randomUUID(), ttlMs, isForced };
  }

  /** Keys hold claims and headers of callers, which are nobody's business there. */
  #toName(shard: number, key: string): string {
    const digest = createHash('sha256').update(`${this.#doors.scope}\n\n${key}`);
    return `${this.#shards[shard]?.prefix}${digest.digest('base64url')}`;
  }

  #toShard(place: string): number {
    if (this.#shards.length === 1) return 0;
    return createHash('sha1').update(place).digest().readUInt32BE() % this.#shards.length;
  }
}
