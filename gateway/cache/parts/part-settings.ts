import type { SharedValues } from '../shared/shared-values.ts';
import type { ComparedParts } from './compared-parts.ts';
import type { SharedParts } from './shared-parts.ts';

export interface PartCacheSettings {
  /** More than zero. */
  readonly capacityBytes: number;
  /** For how long it is believed at most that there is no such entity. */
  readonly missingSeconds: number;
  /** What it means that a response says neither public nor private. */
  readonly unstatedIsShared: boolean;
  /** Orders what is read by what Redis says of changes; null without Redis. */
  readonly moments: Pick<SharedValues, 'moment'> | null;
  /** Null where no parts are shared. */
  readonly shared: SharedParts | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** How long at most a process waits for another one that is asking for a part, in milliseconds. */
  readonly longestWaitMs: number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  readonly observer: PartObserver;
}

/** What was done for parts, as the metrics name it; `shared_hit` is from Redis. */
export type PartState = 'hit' | 'shared_hit' | 'missing' | 'stale' | 'miss';

export interface PartObserver {
  /** So many parts of a type were looked for with the same outcome. */
  readonly looked: (subgraph: string, type: string, state: PartState, parts: number) => void;
  /** Ages of the parts that were found, added up. */
  readonly aged: (subgraph: string, type: string, seconds: number) => void;
  /** A call was not made. */
  readonly saved: (subgraph: string, type: string) => void;
  /** What was kept of a call was compared with what came. */
  readonly compared: (facts: ComparedParts) => void;
  /** A response of which parts were kept had to make room. */
  readonly evicted: () => void;
  /** So many parts were forgotten before their time. */
  readonly forgot: (parts: number) => void;
  /** A stale part was not made anew because of a bug. */
  readonly refreshFailed: (error: unknown) => void;
}
