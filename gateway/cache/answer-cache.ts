/**
 * Answers that serve more than one request, for as long as the products allow.
 *
 * A key holds everything that an answer may depend on: supergraph, document and operation name,
 * the authorization shape, the variables, and what the products are told of the caller. What every
 * product called public is kept under that key, for all callers of equal rights; of everything
 * else the key holds the caller too. Whether an answer is public is known once it is there, so each
 * operation remembers how its latest one was.
 *
 * One answer per key is made at a time, and whoever needs it meanwhile waits for that one. Where
 * it turns out not to be theirs to have, they ask for themselves.
 *
 * Reads no clock and throws no dice: both are arguments.
 *
 * @module
 */
import { AnswerKeys } from './answer-keys.ts';
import {
  AnswerStore,
  type AnswerUsage,
  type Filling,
  type Forgetting,
  type KeptAnswer,
} from './answer-store.ts';
import type { CacheQuery, MadeAnswer, Shadowed, SharedAnswers, Taken } from './cache-query.ts';
import type { CachedOperation } from './cached-operation.ts';
import { CachedOperations } from './cached-operations.ts';
import { findOrMake, type Ticketed, toTicketed } from './find-or-make.ts';
import { joinFlight, toOnlySeat } from './join-flight.ts';
import { searchShared, type Wanted } from './search-shared.ts';
import type { Ticket } from './shared/shared-values.ts';
import { SingleFlight, type Work } from './single-flight.ts';

export interface AnswerCacheSettings<Made extends MadeAnswer> {
  /** More than zero. */
  readonly capacityBytes: number;
  /** Null where nothing is shared. */
  readonly shared: SharedAnswers<Made> | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** How long at most a process waits for another one that is making an answer, in milliseconds. */
  readonly longestWaitMs: number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  /** Told of each answer that had to make room. */
  readonly onEvicted: () => void;
  /** Told how many answers were forgotten before their time. */
  readonly onForgot: (answers: number) => void;
  /** Told when making an answer in the background has failed because of a bug. */
  readonly onRemakeFailed: (error: unknown) => void;
}

/**
 * Within this last part of a lifetime, somewhere at random, an answer is made anew in the background,
 * so that what was kept together does not end together.
 */
const JITTER = 0.1;

const BYPASS = { state: 'bypass' } as const;
const NO_FALLBACK = (): null => null;

interface Found<Made> {
  readonly key: string;
  readonly kept: KeptAnswer<Made>;
}

/** Kept answers, and those that are being made. */
export class AnswerCache<Made extends MadeAnswer> {
  readonly #settings: AnswerCacheSettings<Made>;
  readonly #store: AnswerStore<Made>;
  readonly #operations: CachedOperations;
  readonly #flights = new SingleFlight<Made>();
  /** Products that have allowed an answer to be kept. */
  readonly #lenient = new Set<string>();

  constructor(settings: AnswerCacheSettings<Made>) {
    this.#settings = settings;
    this.#store = new AnswerStore(settings.capacityBytes, settings.onEvicted);
    this.#operations = new CachedOperations((digest) => this.#store.operation(digest));
  }

  /** Memory taken, by an estimate. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /** A count. */
  get answers(): number {
    return this.#store.answers;
  }

  /** How much is kept, for each product and type that it may hold data of; names may come again. */
  get usage(): Iterable<AnswerUsage> {
    return this.#store.usage();
  }

  /** Finds the answer to a request, or begins to make it. Nothing is waited for in here. */
  take(query: CacheQuery<Made>): Taken<Made> {
    if (!query.wish.mayKeep) return BYPASS;
    const operation = this.#operations.of(query.operation);
    if (operation === 'uncacheable') return BYPASS;

    if (query.wish.takesKept && !operation.prospect.isWorthLooking() && !query.isExplained) {
      const seat = toOnlySeat(query.make(false));
      return { state: 'miss', operation, seat, fallback: NO_FALLBACK };
    }
    const keys = new AnswerKeys(operation, query);
    const found = query.wish.takesKept ? this.#find(operation, keys) : null;
    if (found === null) return this.#miss(operation, keys, query, NO_FALLBACK);
    operation.prospect.noteFound();
    const { key, kept } = found;
    const nowMs = this.#settings.now();
    if (nowMs < kept.freshUntilMs) return { state: 'hit', operation, kept };
    if (nowMs < kept.staleWhileRevalidateUntilMs) {
      this.#remake(operation, keys, query, kept);
      return { state: 'stale', operation, kept };
    }
    return this.#miss(operation, keys, query, () => {
      const isUsable = this.#settings.now() < kept.staleIfErrorUntilMs;
      return isUsable && this.#store.holds(key, kept) ? kept : null;
    });
  }

  /**
   * Makes the answer for the request alone, though a fresh one may be kept: that stays for as long as
   * it would have. Where there is none, what is made is kept.
   *
   * @returns Null where the cache has no part in it.
   */
  shadow(query: CacheQuery<Made>): Shadowed<Made> | null {
    if (!query.wish.takesKept) return null;
    const operation = this.#operations.of(query.operation);
    if (operation === 'uncacheable') return null;
    const keys = new AnswerKeys(operation, query);
    const found = this.#find(operation, keys);
    if (found === null || this.#settings.now() >= found.kept.freshUntilMs) {
      const work = this.#fill(operation, keys, { searched: [], flightKey: null }, () =>
        query.make(true),
      );
      return { seat: toOnlySeat(work), wouldGive: NO_FALLBACK };
    }
    const { key, kept } = found;
    // What was forgotten meanwhile would not be given any more.
    const wouldGive = () => (this.#store.holds(key, kept) ? kept : null);
    return { seat: toOnlySeat(query.make(false)), wouldGive };
  }

  /**
   * Forgets answers, and those that are being made: nobody who comes from now on is given what was
   * read before.
   *
   * @returns How many were forgotten, a count.
   */
  forget(what: Forgetting | 'everything'): number {
    this.#flights.depart();
    const count = what === 'everything' ? this.#store.forgetAll() : this.#store.forget(what);
    if (count > 0) this.#settings.onForgot(count);
    return count;
  }

  /** What is kept for the caller alone comes first: it is never less strict. */
  #find(operation: CachedOperation, keys: AnswerKeys): Found<Made> | null {
    if (operation.keys.size === 0) return null;
    const { shared, own } = keys;
    const kept = own === null ? undefined : this.#store.find(own);
    if (own !== null && kept !== undefined) return { key: own, kept };
    const common = this.#store.find(shared);
    return common === undefined ? null : { key: shared, kept: common };
  }

  #miss(
    operation: CachedOperation,
    keys: AnswerKeys,
    query: CacheQuery<Made>,
    fallback: () => KeptAnswer<Made> | null,
  ): Taken<Made> {
    const make = () => query.make(true);
    const searched = query.wish.takesKept ? keys.inOrder : [];
    const start = () => this.#fill(operation, keys, { searched, flightKey: null }, make);
    const flightKey = query.wish.takesKept ? this.#flightKey(operation, keys) : null;
    if (flightKey === null) {
      return { state: 'miss', operation, seat: toOnlySeat(start()), fallback };
    }
    const seat = this.#flights.board(flightKey, () =>
      this.#fill(operation, keys, { searched, flightKey }, make),
    );
    if (seat.isFirst) return { state: 'miss', operation, seat, fallback };
    operation.prospect.noteFound();
    const isOwn = flightKey !== keys.shared;
    const joined = joinFlight(
      seat,
      ({ keeping }) => keeping !== null && (isOwn || keeping.isShared),
      start,
    );
    return { state: 'miss', operation, seat: joined, fallback };
  }

  #remake(
    operation: CachedOperation,
    keys: AnswerKeys,
    query: CacheQuery<Made>,
    { keptAtMs }: KeptAnswer<Made>,
  ): void {
    const flightKey = this.#flightKey(operation, keys);
    if (flightKey === null || this.#flights.has(flightKey)) return;
    const wanted = { searched: keys.inOrder, flightKey, keptAtMs };
    const work = query.remake((make) => this.#fill(operation, keys, wanted, make));
    if (work === null) return;
    const { value } = this.#flights.board(flightKey, () => work);
    value.catch(this.#settings.onRemakeFailed);
  }

  /**
   * Finds an answer that others keep, or makes one, and keeps it before anybody is given it.
   *
   * In one process after the other: who finds that another one is making it waits for that.
   */
  #fill(
    operation: CachedOperation,
    keys: AnswerKeys,
    wanted: Wanted,
    make: () => Work<Made>,
  ): Work<Made> {
    const filling = this.#store.begin(operation);
    // Of an operation that nobody keeps answers of, there is nothing to find.
    const { shared, now, longestWaitMs } = this.#settings;
    const work =
      shared === null || operation.latest === 'nobody'
        ? toTicketed(make(), null)
        : findOrMake(
            searchShared(shared, operation.products, keys.shared, wanted, {
              nowMs: now(),
              longestWaitMs,
            }),
            make,
            this.#settings,
          );
    const land = ({ made, ticket, release }: Ticketed<Made>): Made => {
      this.#store.end(filling);
      if (made.keptAtMs !== undefined) operation.prospect.noteFound();
      this.#keep(filling, keys, made, ticket);
      release();
      return made;
    };
    const crash = (error: unknown): never => {
      this.#store.end(filling);
      throw error;
    };
    return { value: work.value.then(land, crash), abort: () => work.abort() };
  }

  #keep(filling: Filling, keys: AnswerKeys, made: Made, ticket: Ticket): void {
    const { operation } = filling;
    const { keeping, isUnnoted = false } = made;
    if (keeping === null) {
      if (operation.keys.size === 0) operation.latest = 'nobody';
      return;
    }
    operation.latest = keeping.isShared ? 'shared' : 'own';
    for (const product of operation.products) this.#lenient.add(product);
    // What was public before is not any more.
    if (!keeping.isShared) this.#store.drop(keys.shared);
    const key = keeping.isShared ? keys.shared : keys.own;
    if (key === null || isUnnoted || filling.isSpoilt) return;
    const nowMs = this.#settings.now();
    const left = keeping.freshUntilMs - nowMs;
    const freshUntilMs = keeping.freshUntilMs - left * JITTER * this.#settings.random();
    const keptAtMs = made.keptAtMs ?? nowMs;
    this.#store.keep(operation, key, { ...keeping, freshUntilMs, value: made, keptAtMs }, made);
    if (made.keptAtMs !== undefined) return;
    this.#settings.shared?.keep(
      key,
      { ...keeping, value: made, keptAtMs },
      operation.products,
      ticket,
    );
  }

  /**
   * Under which key requests wait for one another. Only what is known to be public is waited for by
   * different callers; what is not known yet only where every product has allowed keeping something.
   *
   * @returns Null where everybody asks for themselves.
   */
  #flightKey(operation: CachedOperation, keys: AnswerKeys): string | null {
    const { latest, products } = operation;
    if (latest === 'nobody') return null;
    if (latest === 'shared') return keys.shared;
    if (latest === null && [...products].some((product) => !this.#lenient.has(product)))
      return null;
    return keys.own;
  }
}
