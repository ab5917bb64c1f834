import type { Lifetime } from '../read-lifetime.ts';
import type {
  Leases,
  LeasesRequest,
  NewValue,
  SharedValues,
  Ticket,
} from '../shared/shared-values.ts';

/** A part as it lies in Redis, and what is said of it. Times are epoch milliseconds. */
export interface SharedPart {
  readonly cameAtMs: number;
  readonly freshUntilMs: number;
  readonly lifetime: Lifetime;
  readonly isMissing: boolean;
  /** As `PartValues.plainAt` gives it. */
  readonly plain: unknown;
  /** Whether it is for whoever is told the same, and not for its caller alone. */
  readonly isForAll: boolean;
}

/** Where the parts of one call lie. */
export interface SharedPlace {
  readonly product: string;
  /** As `PartKeys.placeOf` writes it. */
  readonly place: string;
}

/** One part that is put there. */
export interface PutPart {
  readonly text: string;
  readonly part: SharedPart;
}

export interface FoundShared {
  /** In the order of the texts; undefined where there is none. */
  readonly parts: readonly (SharedPart | undefined)[];
  readonly ticket: Ticket;
  readonly moment: number;
  /** Of the texts, by their indexes. */
  readonly leases: Leases;
}

/** What is looked for, or put there, for one call; what is beyond it is as if Redis had nothing of it. */
const MOST_PARTS = 1000;

/** By how much the clocks of two gateways may differ, in milliseconds. */
const CLOCK_TOLERANCE_MS = 5000;

type Stored = readonly [
  cameAtMs: number,
  freshUntilMs: number,
  lifetime: Lifetime,
  isMissing: boolean,
  plain: unknown,
];

/** Parts that the gateways of one Redis share: each under its own key, those of one call in one shard. */
export class SharedParts {
  readonly #values: SharedValues;
  /** Epoch milliseconds. */
  readonly #now: () => number;
  /** Whether nobody can read there what governance rules may hide. */
  readonly isEncrypted: boolean;

  constructor(values: SharedValues, now: () => number, isEncrypted: boolean) {
    this.#values = values;
    this.#now = now;
    this.isEncrypted = isEncrypted;
  }

  /**
   * Finds parts in one round trip. Never rejects.
   *
   * @param callers For whom parts will do, null for all who are told the same; the stricter first, and
   *   nobody for a ticket alone.
   * @param wanted Null for no leases; otherwise parts will do for one of `callers` alone.
   */
  async find(
    { product, place }: SharedPlace,
    callers: readonly (string | null)[],
    texts: readonly string[],
    wanted: LeasesRequest | null = null,
  ): Promise<FoundShared> {
    const searched = callers.length === 0 ? [] : texts.slice(0, MOST_PARTS);
    const keys = searched.flatMap((text) => callers.map((one) => toKey(place, one, text)));
    const found = await this.#values.findAll(keys, [product], place, wanted);
    const { values, ticket, moment, leases } = found;
    const nowMs = this.#now();
    const parts = searched.map((_, position) => {
      for (const [index, caller] of callers.entries()) {
        const value = values[position * callers.length + index];
        const part = value === undefined ? null : readPart(value, caller === null, nowMs);
        if (part !== null) return part;
      }
      return undefined;
    });
    return { parts, ticket, moment, leases };
  }

  /**
   * Puts parts there, for as long as they are fresh. Nobody waits for it.
   *
   * @param caller Null for all who are told the same; what these had is deleted otherwise.
   */
  put(
    { product, place }: SharedPlace,
    caller: string | null,
    put: readonly PutPart[],
    ticket: Ticket,
  ): void {
    const nowMs = this.#now();
    const values = put.slice(0, MOST_PARTS).flatMap(({ text, part }): readonly NewValue[] => {
      const { cameAtMs, freshUntilMs, lifetime, isMissing, plain } = part;
      const value: Stored = [cameAtMs, freshUntilMs, lifetime, isMissing, plain];
      const kept = { key: toKey(place, caller, text), value, ttlMs: freshUntilMs - nowMs };
      if (caller === null) return [kept];
      return [{ key: toKey(place, null, text), value: undefined, ttlMs: 1 }, kept];
    });
    this.#values.keepAll(values, [product], ticket);
  }
}

/** A place has one length and a caller no line break, so no two keys are written alike. */
function toKey(place: string, caller: string | null, text: string): string {
  return `part ${place} ${caller ?? ''}\n${text}`;
}

/** What is not encrypted may come from anybody, so no member is believed to be there. */
function readPart(value: unknown, isForAll: boolean, nowMs: number): SharedPart | null {
  if (!Array.isArray(value) || value.length !== 5) return null;
  const [cameAtMs, freshUntilMs, lifetime, isMissing, plain] = value as unknown as Stored;
  if (!isLifetime(lifetime) || typeof isMissing !== 'boolean') return null;
  if (![cameAtMs, freshUntilMs].every(Number.isFinite)) return null;
  // What comes from the future has a clock that cannot be gone by.
  if (cameAtMs > nowMs + CLOCK_TOLERANCE_MS || freshUntilMs <= nowMs) return null;
  if (freshUntilMs > cameAtMs + 1000 * lifetime.freshSeconds) return null;
  return {
    cameAtMs: Math.min(cameAtMs, nowMs),
    ...{ freshUntilMs, lifetime, isMissing, plain, isForAll },
  };
}

function isLifetime(value: unknown): value is Lifetime {
  if (typeof value !== 'object' || value === null) return false;
  const { scope, ...seconds } = value as Lifetime;
  const { freshSeconds, staleWhileRevalidateSeconds, staleIfErrorSeconds } = seconds;
  return (
    ['public', 'private', 'unstated'].includes(scope) &&
    [freshSeconds, staleWhileRevalidateSeconds, staleIfErrorSeconds].every(
      (one) => Number.isFinite(one) && one >= 0,
    )
  );
}
