export interface PartCacheSettings {
  /** More than zero. */
  readonly capacityBytes: number;
  /** For how long it is believed at most that there is no such entity. */
  readonly missingSeconds: number;
  /** What it means that a response says neither public nor private. */
  readonly unstatedIsShared: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  readonly observer: PartObserver;
}

/** What was done for parts, as the metrics name it. */
export type PartState = 'hit' | 'missing' | 'stale' | 'miss';

export interface PartObserver {
  /** So many parts of a type were looked for with the same outcome. */
  readonly looked: (subgraph: string, type: string, state: PartState, parts: number) => void;
  /** Ages of the parts that were found, added up. */
  readonly aged: (subgraph: string, type: string, seconds: number) => void;
  /** A call was not made. */
  readonly saved: (subgraph: string, type: string) => void;
  /** A response of which parts were kept had to make room. */
  readonly evicted: () => void;
  /** So many parts were forgotten before their time. */
  readonly forgot: (parts: number) => void;
  /** A stale part was not made anew because of a bug. */
  readonly refreshFailed: (error: unknown) => void;
}
