import type { Lifetime } from '../read-lifetime.ts';

/** How long something that was kept may be kept on, counted from when it came. */
export interface CameBefore {
  readonly lifetime: Lifetime;
  /** Epoch milliseconds. */
  readonly cameAtMs: number;
}

/** What is kept of the parts of one call. */
export interface FoundParts {
  /** In the order asked for; undefined where nothing is to be had. Never to be written into. */
  readonly values: readonly unknown[];
  /** Indexes of what has to be asked for. */
  readonly absent: readonly number[];
  /** Indexes of what is given although it is stale, and has to be made anew. */
  readonly stale: readonly number[];
  /** How many are known not to exist, a count. */
  readonly missing: number;
  /** What is said of the lifetime of what is given. */
  readonly cameBefore: readonly CameBefore[];
  /** When the first of it was begun, as `SharedValues` counts moments; 0 where nothing is shared. */
  readonly moment: number;
}
