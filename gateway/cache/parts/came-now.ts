import type { Lifetime } from '../read-lifetime.ts';
import type { Ticket } from '../shared/shared-values.ts';
import type { PartCall } from './part-kind.ts';
import type { PartValues } from './part-values.ts';

/** What held when a call was begun. */
export interface Begun {
  /** What `epochOf` said. */
  readonly epoch: number;
  /** As `SharedValues` counts them; 0 where nothing is shared. */
  readonly moment: number;
  /** Drawn before; null where what comes is not for other processes. */
  readonly ticket: Ticket;
}

/** A part that has come. */
export interface CamePart {
  /** Among the texts. */
  readonly text: number;
  /** In the values. */
  readonly index: number;
  /** Whether there is no such entity. */
  readonly isMissing: boolean;
}

/** What a call has brought. */
export interface CameNow {
  readonly call: PartCall;
  /** What each part was asked for with; empty for what no entity is asked for. */
  readonly texts: readonly string[];
  /** Those that may be kept; asked for when there is a place for them. */
  readonly parts: () => readonly CamePart[];
  readonly values: PartValues;
  readonly lifetime: Lifetime;
  readonly begun: Begun;
}
