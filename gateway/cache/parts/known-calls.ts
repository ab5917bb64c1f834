import { LRUCache } from 'lru-cache';
import { asksTagged } from '../../operation/asks-tagged.ts';
import { Prospect } from '../prospect.ts';
import { KeyFlights } from './part-flight.ts';
import type { PartCall, PartSchema } from './part-kind.ts';

/** Texts of calls that are remembered, a count. */
const MOST_CALLS = 2000;

/** For whom the latest response could be kept; null before there was one, and where memory was full. */
export type LatestScope = 'shared' | 'own' | 'nobody' | null;

/** What is known of all calls of one text to one product of one supergraph, whatever is kept of them. */
export class KnownCall {
  readonly subgraph: string;
  /** Of the supergraph, which it does not hold on to. */
  readonly version: string;
  readonly #bodyStart: string;
  latest: LatestScope = null;
  readonly prospect = new Prospect();
  readonly #flights = new Map<string, KeyFlights>();
  #asksTagged: boolean | null = null;

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
