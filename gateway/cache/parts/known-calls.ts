import { LRUCache } from 'lru-cache';
import { asksTagged } from '../../operation/asks-tagged.ts';
import { KeyFlights } from './part-flight.ts';
import type { PartCall, PartSchema } from './part-kind.ts';

/** Texts of calls that are remembered, a count. */
const MOST_CALLS = 2000;

/** Looks in which nothing is found, until only some of the calls are looked for, a count. */
export const PATIENCE = 1000;

/** One of so many calls is looked for then. */
const SAMPLED = 16;

/** For whom the latest response could be kept; null before there was one, and where memory was full. */
export type LatestScope = 'shared' | 'own' | 'nobody' | null;

/** What is known of all calls of one text to one product of one supergraph, whatever is kept of them. */
export class KnownCall {
  readonly subgraph: string;
  /** Of the supergraph, which it does not hold on to. */
  readonly version: string;
  readonly #bodyStart: string;
  latest: LatestScope = null;
  readonly #flights = new Map<string, KeyFlights>();
  #asksTagged: boolean | null = null;
  /** Since something was found last, a count. */
  #fruitless = 0;

  constructor({ subgraph, bodyStart }: PartCall, version: string) {
    this.subgraph = subgraph;
    this.#bodyStart = bodyStart;
    this.version = version;
  }

  /**
   * Whether it asks for something of which governance rules may speak.
   *
   * @param schema Of its version.
   */
  asksTagged(schema: PartSchema): boolean {
    if (this.#asksTagged === null) {
      const { query } = JSON.parse(`${this.#bodyStart}}`) as { readonly query: string };
      this.#asksTagged = asksTagged(query, schema);
    }
    return this.#asksTagged;
  }

  /**
   * Whether it is worth looking for what is kept. Where every call is for something else, only a few are
   * looked for, and kept, until one is found: so a crowd that comes once costs next to nothing.
   */
  isWorthLooking(): boolean {
    this.#fruitless += 1;
    return this.#fruitless <= PATIENCE || this.#fruitless % SAMPLED === 0;
  }

  noteFound(): void {
    this.#fruitless = 0;
  }

  /** What is asked for at the moment under one key. */
  flightsOf(key: string): KeyFlights {
    return this.#flights.get(key) ?? new KeyFlights(key, this.#flights);
  }
}

/** The calls that this process has made lately. */
export class KnownCalls {
  readonly #calls = new LRUCache<string, KnownCall[]>({ max: MOST_CALLS });

  /** @param version Of the supergraph. */
  of(call: PartCall, version: string): KnownCall {
    const { subgraph, bodyStart } = call;
    const all = this.#calls.get(bodyStart) ?? [];
    for (const known of all) {
      if (known.subgraph === subgraph && known.version === version) return known;
    }
    const known = new KnownCall(call, version);
    // Of supergraphs that have gone, nothing is asked any more.
    this.#calls.set(bodyStart, [...all.slice(1 - MOST_OF_ONE_TEXT), known]);
    return known;
  }
}

/** Products and supergraphs that are asked the same text. */
const MOST_OF_ONE_TEXT = 8;
