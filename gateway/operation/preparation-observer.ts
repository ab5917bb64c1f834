import type { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/** Told about each look-up, for the metrics. */
export interface PreparationObserver {
  readonly hit: () => void;
  readonly miss: () => void;
  /** A remembered operation had to make room for others. */
  readonly evicted: () => void;
  /** A valid operation could not be planned: an operator has to know why. */
  readonly failed: (error: MeshgateError) => void;
}
