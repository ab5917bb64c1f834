import { POLL_MS } from '../find-or-make.ts';
import type { LeasesRequest, Ticket } from '../shared/shared-values.ts';
import type { FoundParts } from './found-parts.ts';
import type { Landing } from './part-flight.ts';
import type { PartCall } from './part-kind.ts';
import type { PartCacheSettings } from './part-settings.ts';
import type { ReadPlain } from './part-values.ts';

/** What one look has found in Redis. */
export interface Taken {
  /** Null where nothing was. */
  readonly found: FoundParts | null;
  readonly ticket: Ticket;
  /** Indexes of what another gateway is asking for. */
  readonly taken: readonly number[];
  /** Lets others go on that wait for what is asked for; null where none will. */
  readonly release: (() => void) | null;
}

/** What is to be done about the parts of a call. */
export interface Turn {
  /** Null where nothing was found. */
  readonly found: FoundParts | null;
  readonly ticket: Ticket;
  /** Has to land when what is asked for has come; null where nobody waits. */
  readonly lease: Landing | null;
  /** Of what was not found, by position there: what is to be asked for now. */
  readonly own: readonly number[];
  /** The others of it, for which another turn is to be taken. */
  readonly awaited: readonly number[];
}

/** How whoever searches waits. */
export interface Waiting {
  /** Ends when `pause` does, or when the request is over. */
  readonly wait: (pause: { readonly wait: (done: () => void) => void }) => Promise<void>;
  /** Whether nothing more is asked. */
  readonly isOver: boolean;
}

interface Looks {
  takeShared(
    call: PartCall,
    texts: readonly string[],
    readPlain: ReadPlain,
    wanted: LeasesRequest | null,
  ): Promise<Taken>;
}

type Clock = Pick<PartCacheSettings, 'now' | 'pause' | 'longestWaitMs'>;

/**
 * Looks for the parts of one call in Redis, in turns: what other gateways are asking for is looked for
 * again until it is there, or is anybody's, or was waited for as long as may be.
 */
export class SharedSearch {
  readonly #looks: Looks;
  readonly #clock: Clock;
  readonly #waiting: Waiting | null;
  readonly #untilMs: number;
  /** Whether some of it was asked for while the rest was waited for. */
  wasSplit = false;

  constructor(looks: Looks, clock: Clock, waiting: Waiting | null) {
    this.#looks = looks;
    this.#clock = clock;
    this.#waiting = waiting;
    this.#untilMs = clock.now() + clock.longestWaitMs;
  }

  /** The first turn, which waits for nobody. Never rejects. */
  async begin(call: PartCall, texts: readonly string[], readPlain: ReadPlain): Promise<Turn> {
    return this.#toTurn(texts, await this.#look(call, texts, readPlain, false));
  }

  /**
   * Another turn for what was awaited in the one before, once there is something to be done. Never rejects.
   */
  async goOn(call: PartCall, texts: readonly string[], readPlain: ReadPlain): Promise<Turn> {
    for (;;) {
      await this.#pause();
      const taken = await this.#look(call, texts, readPlain, true);
      const isLate = this.#waiting?.isOver !== false || this.#clock.now() >= this.#untilMs;
      if (isLate) return this.#toTurn(texts, { ...taken, taken: [] });
      if (taken.taken.length < texts.length) return this.#toTurn(texts, taken);
    }
  }

  #look(call: PartCall, texts: readonly string[], readPlain: ReadPlain, hasWaited: boolean) {
    const { longestWaitMs: ttlMs } = this.#clock;
    const wanted = this.#waiting === null ? null : { ttlMs, hasWaited };
    return this.#looks.takeShared(call, texts, readPlain, wanted);
  }

  async #pause(): Promise<void> {
    const pause = this.#clock.pause(POLL_MS);
    await this.#waiting?.wait({ wait: (done) => void pause.then(done) });
  }

  #toTurn(texts: readonly string[], { found, ticket, taken, release }: Taken): Turn {
    const absent = found?.absent ?? [...texts.keys()];
    const isTaken = new Set(taken);
    const own: number[] = [];
    const awaited: number[] = [];
    for (const [position, index] of absent.entries()) {
      (isTaken.has(index) ? awaited : own).push(position);
    }
    if (own.length > 0 && awaited.length > 0) this.wasSplit = true;
    // What has come is put there a moment later, and has to be there before.
    const lease = release === null ? null : { land: () => void setImmediate(release) };
    return { found, ticket, lease, own, awaited };
  }
}
