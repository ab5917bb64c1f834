import { randomUUID } from 'node:crypto';
import type { Redis, RunScript } from '../../../shared/redis/create-redis.ts';
import { FIND, KEEP, RELEASE } from './epoch-scripts.ts';
import { type ChangedProduct, FollowedEpochs, type Moments } from './followed-epochs.ts';

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

/** The right to make a value, for a while. */
export interface LeaseWish {
  readonly name: string;
  /** Of its owner, who alone can give it back. */
  readonly token: string;
  readonly ttlMs: number;
  /** Whether it is wanted although there is a value already. */
  readonly isForced: boolean;
}

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
    this.#keep = redis.script(KEEP);
    this.#release = redis.script(RELEASE);
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
    this.#followed.noteFound(first, held, products);
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

  forget(product: string, change: string): void {
    this.#followed.forget(product, change);
  }

  look(): Promise<readonly ChangedProduct[]> {
    return this.#followed.look();
  }
}
