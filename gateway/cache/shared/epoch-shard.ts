import { createHash, randomUUID } from 'node:crypto';
import type { Redis, RunScript } from '../../../shared/redis/create-redis.ts';
import { FIND, FIND_EACH, KEEP, MARK_CHARACTERS, RELEASE, RELEASE_EACH } from './epoch-scripts.ts';
import { type ChangedProduct, FollowedEpochs, type Moments } from './followed-epochs.ts';

/** What a shard finds. */
export interface FoundTexts {
  /** The server, and the epochs of the products. */
  readonly held: string;
  /** One for each key; empty where there is nothing of these epochs. */
  readonly texts: readonly string[];
  /** When that was heard of. */
  readonly moment: number;
}

/** With one lease for all of it. */
export interface FoundOne extends FoundTexts {
  /** What became of the lease; `none` where it was not asked for, or not needed, or there is no room. */
  readonly lease: 'mine' | 'taken' | 'none';
}

/** With a lease for each key. */
export interface FoundEach extends FoundTexts {
  /** Names whose leases are this process's from now on. */
  readonly owned: readonly string[];
  /** Indexes of those that somebody else has. */
  readonly taken: readonly number[];
}

/** What is put into a shard. */
export interface KeptText {
  readonly name: string;
  /** Empty to delete what is there. */
  readonly text: string;
  readonly ttlMs: number;
}

/** A right to make values, for a while. */
interface Wish {
  /** Of what holds it. */
  readonly name: string;
  /** Of its owner, who alone can give it back. */
  readonly token: string;
  readonly ttlMs: number;
}

export interface LeaseWish extends Wish {
  /** Whether it is wanted although there is a value already. */
  readonly isForced: boolean;
}

/** Wants the leases of all values that are not there. */
export interface LeasesWish extends Wish {
  /** Whether it has waited: what somebody else has the lease of is not read then. */
  readonly hasWaited: boolean;
}

const NO_LEASE = { token: '', ttlMs: 0 } as const;

/**
 * The epochs of all products, once, and what lies beside them under one hash tag: on one server, so
 * that a script sees both at the same moment.
 */
export class EpochShard {
  /** Of every key in here. */
  readonly prefix: string;
  readonly #epochs: string;
  readonly #find: RunScript;
  readonly #findEach: RunScript;
  readonly #keep: RunScript;
  readonly #release: RunScript;
  readonly #releaseEach: RunScript;
  readonly #followed: FollowedEpochs;
  readonly #onFailure: () => void;
  readonly #moments: Moments;
  /** The value that was put there last. */
  #kept: Promise<void> = Promise.resolve();

  constructor(redis: Redis, tag: string, moments: Moments, onFailure: () => void) {
    this.#moments = moments;
    this.prefix = `meshgate:{${tag}}:`;
    this.#epochs = `${this.prefix}epochs`;
    this.#find = redis.script(FIND);
    this.#findEach = redis.script(FIND_EACH);
    this.#keep = redis.script(KEEP);
    this.#release = redis.script(RELEASE);
    this.#releaseEach = redis.script(RELEASE_EACH);
    this.#followed = new FollowedEpochs(redis, this.prefix, moments, onFailure);
    this.#onFailure = onFailure;
  }

  /** Whether Redis knows of every change; where it does not, nothing may be taken or put there. */
  get isTold(): boolean {
    return this.#followed.isTold;
  }

  /** @returns Null where Redis did not say. */
  async find(
    names: readonly string[],
    products: readonly string[],
    wish: LeaseWish | null,
  ): Promise<FoundOne | null> {
    const isForced = wish?.isForced === true;
    const found = await this.#run(this.#find, names, products, wish, isForced);
    if (found === null) return null;
    const { said, ...texts } = found;
    return { ...texts, lease: said === 'mine' || said === 'taken' ? said : 'none' };
  }

  /** The same with a lease for each name. */
  async findEach(
    names: readonly string[],
    products: readonly string[],
    wish: LeasesWish | null,
  ): Promise<FoundEach | null> {
    const hasWaited = wish?.hasWaited === true;
    const found = await this.#run(this.#findEach, names, products, wish, hasWaited);
    if (found === null) return null;
    const { said, ...texts } = found;
    const [state, ...indexes] = said.split(' ').filter((word) => word !== '');
    const taken = indexes.map(Number);
    const isOthers = new Set(taken);
    const isOwned = (index: number) => texts.texts[index] === '' && !isOthers.has(index);
    const owned = state === 'mine' ? names.filter((_, index) => isOwned(index)) : [];
    return { ...texts, taken, owned };
  }

  /** @returns With what the script says of leases. */
  async #run(
    find: RunScript,
    names: readonly string[],
    products: readonly string[],
    wish: Wish | null,
    flag: boolean,
  ): Promise<(FoundTexts & { readonly said: string }) | null> {
    if (!this.isTold) return null;
    const first = randomUUID();
    const { name, token, ttlMs } = wish ?? { ...NO_LEASE, name: this.#epochs };
    const reply = await find(
      [this.#epochs, name, ...names],
      [first, token, ttlMs, flag ? 1 : 0, ...products],
    );
    if (!Array.isArray(reply)) {
      this.#onFailure();
      return null;
    }
    // Something may have changed while the answer was on its way.
    if (!this.isTold) return null;
    const [held = '', said = '', ...values] = reply.map(String);
    this.#followed.noteFound(first, held, products);
    const texts = values.map((value) => value.slice(MARK_CHARACTERS));
    return { held, said, texts, moment: this.#moments.latest };
  }

  /**
   * @param held What must hold still.
   * @returns When Redis has done it, or has not.
   */
  keep(kept: readonly KeptText[], held: string, products: readonly string[]): Promise<void> {
    const names = kept.map(({ name }) => name);
    const mark = createHash('sha1').update(held).digest('hex').slice(0, MARK_CHARACTERS);
    const values = kept.flatMap(({ text, ttlMs }) => [
      text === '' ? '' : mark + text,
      Math.floor(ttlMs),
    ]);
    this.#kept = this.#keep(
      [this.#epochs, ...names],
      [held, products.length, ...products, ...values],
    ).then((reply) => {
      if (reply === null) this.#onFailure();
    });
    return this.#kept;
  }

  /** As `FollowedEpochs` says it. */
  heldSince(
    held: string,
    products: readonly string[],
    begun: ReadonlyMap<string, number>,
  ): boolean {
    return this.#followed.heldSince(held, products, begun);
  }

  /** Gives a lease back, after what was put there before, so that who waits for it finds that. */
  release({ name, token }: LeaseWish): void {
    void this.#kept.then(() => this.#release([name], [token]));
  }

  /** @param owned As it was found. */
  releaseEach({ name, token }: LeasesWish, owned: readonly string[]): void {
    void this.#kept.then(() => this.#releaseEach([name], [token, ...owned]));
  }

  forget(product: string, change: string): void {
    this.#followed.forget(product, change);
  }

  look(): Promise<readonly ChangedProduct[]> {
    return this.#followed.look();
  }
}
