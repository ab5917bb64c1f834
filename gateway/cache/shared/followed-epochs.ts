import { randomUUID } from 'node:crypto';
import type { Redis, RunScript } from '../../../shared/redis/create-redis.ts';
import { FORGET, LOOK } from './epoch-scripts.ts';

/** Stands for all products. */
export const EVERY_PRODUCT = '*';

/** Stands for all data of a product, among texts that say what of it has changed. */
export const ALL_OF_IT = '';

/** What others have changed. */
export interface ChangedProduct {
  readonly product: string;
  /** What was said of each change; null where not all is known, so that anything of the product may have changed. */
  readonly changes: readonly string[] | null;
}

/** Orders what a process learns of epochs; goes up with each one that is new to it. */
export interface Moments {
  latest: number;
}

/** Changes that are told together name no more than this; beyond that they are all of the product. */
const MOST_OWED = 16;
const LONGEST_OWED = 16 * 1024;

/** What this process knows of the epochs of one shard, and what it has to tell others of changes. */
export class FollowedEpochs {
  readonly #keys: readonly [epochs: string, changes: string];
  readonly #forget: RunScript;
  readonly #look: RunScript;
  readonly #onFailure: () => void;
  readonly #moments: Moments;
  /** By product the epoch that was heard of last, and when that was first so. */
  readonly #since = new Map<string, { readonly epoch: string; readonly moment: number }>();
  /** By product the changes that Redis has not been told of yet. */
  readonly #owed = new Map<string, readonly string[]>();
  #seen = new Map<string, string>();
  /** Under which epochs something was found since the last look, which may not have seen them. */
  #found = new Map<string, string>();

  /** @param prefix Of every key of the shard. */
  constructor(redis: Redis, prefix: string, moments: Moments, onFailure: () => void) {
    this.#keys = [`${prefix}epochs`, `${prefix}changes`];
    this.#forget = redis.script(FORGET);
    this.#look = redis.script(LOOK);
    this.#moments = moments;
    this.#onFailure = onFailure;
  }

  /** Whether Redis knows of every change; where it does not, nothing may be taken or put there. */
  get isTold(): boolean {
    return this.#owed.size === 0;
  }

  /**
   * Tells of a change, now or once Redis answers.
   *
   * @param change What of the product has changed, without tab or line break; `ALL_OF_IT` for all.
   */
  forget(product: string, change: string): void {
    this.#owed.set(product, add(this.#owed.get(product) ?? [], change));
    void this.#tell(product);
  }

  /** Tells Redis what it has not heard yet, and looks what others have changed since the last look. */
  async look(): Promise<readonly ChangedProduct[]> {
    await Promise.all([...this.#owed.keys()].map((product) => this.#tell(product)));
    const known = new Map([...this.#found, ...this.#seen]);
    const pairs = [...known].flatMap(([product, epoch]) => [product, withoutServer(epoch)]);
    const reply = await this.#look(this.#keys, pairs);
    if (!Array.isArray(reply) || !Array.isArray(reply[1]) || !Array.isArray(reply[2])) return [];
    const server = String(reply[0]);
    const epochs = new Map(pairsOf(reply[1]).map(([one, epoch]) => [one, `${server} ${epoch}`]));
    const logs = new Map(pairsOf(reply[2]));
    for (const [product, epoch] of epochs) this.#noteSince(product, epoch);
    const [before, found] = [this.#seen, this.#found];
    this.#seen = epochs;
    this.#found = new Map();
    const products = new Set([...before.keys(), ...found.keys(), ...epochs.keys()]);
    return [...products].flatMap((product): readonly ChangedProduct[] => {
      const epoch = epochs.get(product);
      if (before.get(product) === epoch && (found.get(product) ?? epoch) === epoch) return [];
      const from = before.get(product) ?? found.get(product);
      return [{ product, changes: readChanges(logs.get(product), from, epoch) }];
    });
  }

  /** An epoch that this process has just given to a product without one is no change. */
  noteFound(first: string, held: string, products: readonly string[]): void {
    const [server, ...epochs] = held.split(' ');
    for (const [index, product] of products.entries()) {
      this.#noteSince(product, `${server} ${epochs[index]}`);
      if (this.#seen.has(product)) continue;
      const noted = epochs[index] === first ? this.#seen : this.#found;
      noted.set(product, `${server} ${epochs[index]}`);
    }
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

  #noteSince(product: string, epoch: string): void {
    if (this.#since.get(product)?.epoch === epoch) return;
    this.#moments.latest += 1;
    this.#since.set(product, { epoch, moment: this.#moments.latest });
  }

  async #tell(product: string): Promise<void> {
    const owed = this.#owed.get(product);
    if (owed === undefined) return;
    // Never one that was there before: what was true under it must not become true again.
    const epoch = randomUUID();
    const what = product === EVERY_PRODUCT ? [] : [product, owed.join('\t')];
    const reply = await this.#forget(this.#keys, [epoch, ...what]);
    if (!Array.isArray(reply)) {
      this.#onFailure();
      return;
    }
    // What has come since is told as well, together with this.
    if (this.#owed.get(product) === owed) this.#owed.delete(product);
    if (product === EVERY_PRODUCT) return;
    const [server, before] = reply.map(String);
    this.#noteSince(product, `${server} ${epoch}`);
    // Where somebody else has changed it in between, the next look has to find that.
    const known = this.#seen.get(product) ?? this.#found.get(product);
    if ((known ?? `${server} `) !== `${server} ${before}`) return;
    this.#seen.set(product, `${server} ${epoch}`);
    this.#found.delete(product);
  }
}

function add(owed: readonly string[], change: string): readonly string[] {
  const all = [...owed, change];
  const isTooMuch = all.length > MOST_OWED || all.join('\t').length > LONGEST_OWED;
  return isTooMuch || all.includes(ALL_OF_IT) ? [ALL_OF_IT] : all;
}

/**
 * Reads what was said of the changes that lead from one epoch to another.
 *
 * @param log Lines of the epoch before a change, the one after it, and its texts with tabs between them.
 * @param from Undefined for none, like `to`.
 * @returns Null where the log does not tell.
 */
function readChanges(
  log: string | undefined,
  from: string | undefined,
  to: string | undefined,
): readonly string[] | null {
  if (log === undefined || from === undefined || to === undefined) return null;
  const [[server, first], [laterServer, last]] = [from.split(' '), to.split(' ')];
  if (server !== laterServer) return null;
  const changes: string[] = [];
  let at = first;
  for (const line of log.split('\n')) {
    const [, before, after, text = ALL_OF_IT] = /^(\S*) (\S+) (.*)$/.exec(line) ?? [];
    if (after === undefined || before !== at) continue;
    if (text === ALL_OF_IT) return null;
    changes.push(...text.split('\t'));
    at = after;
  }
  return at === last ? changes : null;
}

function withoutServer(epoch: string): string {
  return epoch.slice(epoch.indexOf(' ') + 1);
}

function pairsOf(list: readonly unknown[]): readonly (readonly [string, string])[] {
  const texts = list.map(String);
  return texts.flatMap((text, index) =>
    index % 2 === 0 ? [[text, texts[index + 1] ?? ''] as const] : [],
  );
}
