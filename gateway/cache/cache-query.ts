import type { PreparedOperation } from '../operation/prepare-operation.ts';
import type { KeyedQuery } from './answer-keys.ts';
import type { Keeping } from './answer-lifetime.ts';
import type { AnswerFacts, KeptAnswer } from './answer-store.ts';
import type { CachedOperation } from './cached-operation.ts';
import type { RequestWish } from './read-request-wish.ts';
import type { Lease, LeaseRequest, Ticket } from './shared/shared-values.ts';
import type { Seat, Work } from './single-flight.ts';

/** An answer that was made just now, as far as the cache has to know it. */
export interface MadeAnswer extends AnswerFacts {
  /** Null when it may not be kept. */
  readonly keeping: Keeping | null;
  /** True where nothing was noted of what is in it, so that it could not be forgotten and is not kept here. */
  readonly isUnnoted?: boolean | undefined;
  /**
   * Where something in it was kept before, and there is a Redis: by product, when the first of it was begun,
   * as `SharedValues` counts moments. It may be older than a change that others know of. Null for nothing.
   */
  readonly keptMoments?: ReadonlyMap<string, number> | null;
  /** Where another process has made it and kept it since, when that was, in epoch milliseconds. */
  readonly keptAtMs?: number | undefined;
}

/** What other processes keep, and what they are given to keep. */
export interface SharedAnswers<Made extends MadeAnswer> {
  /**
   * Finds an answer that is true; never rejects.
   *
   * @param keys In the order of preference; may be none.
   * @param place The key that has no caller in it: with it lies whatever the answer is kept under.
   * @param wanted Taken where nothing is kept under the keys; null for none.
   * @returns The ticket is what `keep` takes with an answer that is made from now on.
   */
  find(
    keys: readonly string[],
    products: readonly string[],
    place: string,
    wanted: LeaseRequest | null,
  ): Promise<{ readonly made: Made | null; readonly ticket: Ticket; readonly lease: Lease }>;
  keep(key: string, kept: KeptAnswer<Made>, products: readonly string[], ticket: Ticket): void;
}

/** One request, as far as the cache has to know it. */
export interface CacheQuery<Made extends MadeAnswer> extends KeyedQuery {
  readonly operation: PreparedOperation;
  readonly wish: RequestWish;
  /** Whether somebody wants to know what becomes of it, so that it is always looked for. */
  readonly isExplained: boolean;
  /**
   * Makes the answer for this request.
   *
   * @param isForOthers Whether it may be kept; otherwise nothing need be known of what is in it.
   */
  make(isForOthers: boolean): Work<Made>;
  /**
   * Makes it for the cache alone, when this request is served already; null when that cannot be.
   *
   * @param begin Is handed what makes it, and calls that at once, later or never.
   */
  remake(begin: (make: () => Work<Made>) => Work<Made>): Work<Made> | null;
}

/** An answer that is made although one may be kept. */
export interface Shadowed<Made extends MadeAnswer> {
  readonly seat: Seat<Made>;
  /** What would have been given instead, asked once the answer is there; null for nothing. */
  readonly wouldGive: () => KeptAnswer<Made> | null;
}

/** Where an answer comes from. */
export type Taken<Made extends MadeAnswer> =
  | {
      readonly state: 'hit' | 'stale';
      readonly operation: CachedOperation;
      readonly kept: KeptAnswer<Made>;
    }
  | {
      readonly state: 'miss';
      readonly operation: CachedOperation;
      readonly seat: Seat<Made>;
      /** What may be given instead of a failure, asked once the failure is there; null for nothing. */
      readonly fallback: () => KeptAnswer<Made> | null;
    }
  /** The cache has no part in it. */
  | { readonly state: 'bypass' };
