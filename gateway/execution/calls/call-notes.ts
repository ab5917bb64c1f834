import type { FoundParts } from '../../cache/parts/found-parts.ts';
import type { NotKept } from '../../cache/parts/not-kept.ts';
import { typeOfRepresentation } from '../../cache/parts/type-of-representation.ts';
import { type Lifetime, NO_STORE } from '../../cache/read-lifetime.ts';

/** What was kept of one call, and what becomes of the rest; never a value. */
export interface CallFacts {
  /** Where in the answer its data goes, with `@` for a list. */
  readonly path: readonly string[];
  readonly product: string;
  /** Of the first entity; the query type for a call from the root. */
  readonly type: string;
  /** Parts that were kept and fresh, a count as the others. */
  readonly hits: number;
  /** Those known not to exist. */
  readonly missing: number;
  readonly stale: number;
  /** Those that the product was asked for. */
  readonly misses: number;
  /** Of these, what is given because asking has failed. */
  readonly staleIfError: number;
  /** Of the oldest part that was kept; null for none. */
  readonly ageSeconds: number | null;
  /** Until the first part ends, negative since then; null where nothing may be kept. */
  readonly secondsLeft: number | null;
  /** Whether it is kept for all who are told the same, or for the caller alone; null for neither. */
  readonly scope: 'shared' | 'own' | null;
  /** Why what came is not kept; null where it is, and where nothing came. */
  readonly notKept: NotKept | null;
}

export interface CallNotesSettings {
  /** Name of the query type. */
  readonly queryType: string;
  /** What it means that a response says neither public nor private. */
  readonly unstatedIsShared: boolean;
  /** Why no call of this request is kept; null where that depends on what comes. */
  readonly nothingKept: NotKept | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A call, as far as it has to be told from others. */
interface Asked {
  readonly subgraph: string;
  readonly bodyStart: string;
  readonly path?: readonly string[];
  /** Absent for a call from the root. */
  readonly representations?: { readonly texts: readonly string[] };
}

type Mutable<Facts> = { -readonly [Name in keyof Facts]: Facts[Name] };

/** What can be said of any answer. */
interface Came {
  readonly ok: boolean;
  readonly errors?: readonly unknown[];
}

/** What the cache did for the calls of one request, noted where somebody wants to know. */
export class CallNotes {
  readonly #settings: CallNotesSettings;
  readonly #calls = new Map<string, Mutable<CallFacts>>();

  constructor(settings: CallNotesSettings) {
    this.#settings = settings;
  }

  /** In the order in which they were begun. */
  get calls(): readonly CallFacts[] {
    const { nothingKept } = this.#settings;
    return [...this.#calls.values()].map((facts) =>
      facts.misses === 0 ? facts : { ...facts, notKept: facts.notKept ?? nothingKept },
    );
  }

  /** Notes what was found for a call. */
  found(asked: Asked, found: FoundParts): void {
    const facts = this.#factsOf(asked);
    const { stale, missing, absent, values, cameBefore } = found;
    facts.stale += stale.length;
    facts.missing += missing;
    facts.hits += values.length - stale.length - missing - absent.length;
    const nowMs = this.#settings.now();
    for (const { lifetime, cameAtMs } of cameBefore) {
      const ageSeconds = Math.max(0, Math.floor((nowMs - cameAtMs) / 1000));
      facts.ageSeconds = Math.max(facts.ageSeconds ?? 0, ageSeconds);
      this.#noteLifetime(facts, lifetime, ageSeconds);
    }
  }

  /** Notes what a product has answered. */
  came(asked: Asked, answer: Came, lifetime: Lifetime | undefined): void {
    const facts = this.#factsOf(asked);
    facts.misses += asked.representations?.texts.length ?? 1;
    const isWhole = answer.ok && (answer.errors?.length ?? 0) === 0;
    // Without status 200 nothing is said.
    if (!isWhole || lifetime === undefined) facts.notKept ??= 'ERRORS';
    if (lifetime === undefined) return;
    if (lifetime.freshSeconds > 0) this.#noteLifetime(facts, lifetime, 0);
    else facts.notKept ??= lifetime === NO_STORE ? 'NO_STORE' : 'NO_LIFETIME';
  }

  notKept(asked: Asked, why: NotKept): void {
    this.#factsOf(asked).notKept ??= why;
  }

  /** Notes that what was kept is given although it is over. */
  fellBack(asked: Asked, parts: number): void {
    this.#factsOf(asked).staleIfError += parts;
  }

  #noteLifetime(facts: Mutable<CallFacts>, { scope, freshSeconds }: Lifetime, age: number): void {
    const { unstatedIsShared } = this.#settings;
    const isShared = scope === 'public' || (scope === 'unstated' && unstatedIsShared);
    const left = freshSeconds - age;
    facts.secondsLeft = Math.min(facts.secondsLeft ?? left, left);
    facts.scope = isShared && facts.scope !== 'own' ? 'shared' : 'own';
  }

  #factsOf(asked: Asked): Mutable<CallFacts> {
    const { subgraph, bodyStart, path = [] } = asked;
    const key = JSON.stringify([subgraph, path, bodyStart]);
    let facts = this.#calls.get(key);
    if (facts === undefined) {
      const [text] = asked.representations?.texts ?? [];
      const type = text === undefined ? this.#settings.queryType : typeOfRepresentation(text);
      const counts = { hits: 0, missing: 0, stale: 0, misses: 0, staleIfError: 0 };
      const times = { ageSeconds: null, secondsLeft: null, scope: null, notKept: null };
      facts = { path, product: subgraph, type, ...counts, ...times };
      this.#calls.set(key, facts);
    }
    return facts;
  }
}
