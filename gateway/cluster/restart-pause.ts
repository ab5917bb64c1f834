const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Says how long to wait before a worker is started again, in milliseconds: not at all after one that
 * served for long, then 100 ms doubled with each further worker that lived shortly, 10 s at most.
 *
 * @param shortLives How many workers in a row have ended soon after they were started.
 */
export function toRestartPauseMs(shortLives: number): number {
  if (shortLives === 0) return 0;
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (shortLives - 1));
}
