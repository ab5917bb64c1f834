/**
 * Parts that somebody is asking for at the moment. Who needs the same one waits for that call to end
 * and looks again at what is kept. So neither an error nor a right goes from one request to another: what was
 * not kept, or is not for whoever has waited, is asked for once more.
 *
 * Whoever takes off asks at once, whatever else it waits for, so nobody waits in a circle.
 *
 * @module
 */

/** Has to hear that a call has ended. */
export interface Landing {
  /** @param wasGivenUp Whether its request has left before an answer came. */
  land(wasGivenUp: boolean): void;
}

/** Flights whose parts are for the same callers, by what each part is asked for with. */
export class KeyFlights {
  readonly byText = new Map<string, PartFlight>();
  readonly #key: string;
  readonly #all: Map<string, KeyFlights>;

  constructor(key: string, all: Map<string, KeyFlights>) {
    this.#key = key;
    this.#all = all;
    all.set(key, this);
  }

  release(): void {
    if (this.byText.size > 0 || this.#all.get(this.#key) !== this) return;
    this.#all.delete(this.#key);
  }
}

/** One call under way, for the parts that nobody else was asking for. */
export class PartFlight implements Landing {
  /** What `epochOf` said when it was begun. */
  readonly epoch: number;
  readonly #all: KeyFlights;
  readonly #texts: readonly string[];
  readonly #waiting: (() => void)[] = [];
  #hasLanded = false;
  /** Whether its request has left before an answer came, so that somebody else should ask. */
  wasGivenUp = false;

  constructor(all: KeyFlights, texts: readonly string[], epoch: number) {
    this.#all = all;
    this.#texts = texts;
    this.epoch = epoch;
    for (const text of texts) all.byText.set(text, this);
  }

  /** Calls `done` once it has ended, however. */
  wait(done: () => void): void {
    if (this.#hasLanded) done();
    else this.#waiting.push(done);
  }

  land(wasGivenUp: boolean): void {
    this.#hasLanded = true;
    this.wasGivenUp = wasGivenUp;
    const { byText } = this.#all;
    for (const text of this.#texts) {
      // A newer one may be under way, after something was forgotten.
      if (byText.get(text) === this) byText.delete(text);
    }
    this.#all.release();
    for (const done of this.#waiting) done();
  }
}

/** What one call has to ask for, and what it waits for. */
export interface Boarding {
  /** Has to land when what is asked for has come; null where nothing is. */
  readonly flight: PartFlight | null;
  /** Indexes of what is to be asked for; null for everything, when nothing is waited for. */
  readonly own: readonly number[] | null;
  /** Indexes of what others are asking for. */
  readonly awaited: readonly number[];
  readonly others: ReadonlySet<PartFlight>;
}

const NOTHING_AWAITED = { own: null, awaited: [], others: new Set<PartFlight>() } as const;

/**
 * Takes off for the parts that nobody is asking for.
 *
 * @param epoch Who has heard of a change since a call was begun does not wait for it.
 */
export function board(all: KeyFlights, texts: readonly string[], epoch: number): Boarding {
  const { byText } = all;
  const isAwaited = (text: string) => byText.get(text)?.epoch === epoch;
  if (byText.size === 0 || !texts.some(isAwaited)) {
    return { ...NOTHING_AWAITED, flight: new PartFlight(all, texts, epoch) };
  }
  const own: number[] = [];
  const awaited: number[] = [];
  const others = new Set<PartFlight>();
  for (const [index, text] of texts.entries()) {
    const flight = byText.get(text);
    if (flight?.epoch === epoch) {
      awaited.push(index);
      others.add(flight);
    } else own.push(index);
  }
  const ownTexts = own.map((index) => texts[index] as string);
  const flight = own.length === 0 ? null : new PartFlight(all, ownTexts, epoch);
  return { flight, own, awaited, others };
}
