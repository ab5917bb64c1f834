import type { MadeAnswer, SharedAnswers } from './cache-query.ts';
import type { Search } from './find-or-make.ts';

/** What a request looks for before an answer is made. */
export interface Wanted {
  /** Keys under which others may keep it. */
  readonly searched: readonly string[];
  /** Under which processes wait for one another; null where none does. */
  readonly flightKey: string | null;
  /** Only what was kept after this will do, epoch milliseconds. */
  readonly keptAtMs?: number;
}

/**
 * Says how an answer is looked for among those of other processes.
 *
 * @param place The key that has no caller in it.
 * @param clock Epoch milliseconds, and how many another process is waited for at most.
 */
export function searchShared<Made extends MadeAnswer>(
  shared: SharedAnswers<Made>,
  products: readonly string[],
  place: string,
  { searched, flightKey, keptAtMs = 0 }: Wanted,
  clock: { readonly nowMs: number; readonly longestWaitMs: number },
): Search<Made> {
  const { nowMs, longestWaitMs: ttlMs } = clock;
  return {
    find(lease) {
      const wanted =
        lease === null || flightKey === null ? null : { key: flightKey, ttlMs, ...lease };
      return shared.find(searched, products, place, wanted);
    },
    accepts: (made) => (made.keptAtMs ?? 0) > keptAtMs,
    waitUntilMs: flightKey === null ? null : nowMs + ttlMs,
  };
}
